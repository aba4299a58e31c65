"""Finds, loads and describes the engine modules; `ANYWASM_ENGINE` picks the default.

An engine module is one shared object: an engine, the shim over it and cffi's glue. This package is the only place in
Python that knows engines by name; everywhere else an engine is asked what it can do.
"""

from anywasm.engines.choice import default_engine, use_engine
from anywasm.engines.engine_module import EngineModule
from anywasm.engines.info import EngineInfo, engines
from anywasm.engines.loader import ENGINE_NAMES, EngineUnavailable, load

__all__ = [
    "ENGINE_NAMES",
    "EngineInfo",
    "EngineModule",
    "EngineUnavailable",
    "default_engine",
    "engines",
    "load",
    "use_engine",
]
