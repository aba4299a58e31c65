"""Loads and describes the engine modules. The environment variable `ANYWASM_ENGINE` sets the default engine.

An engine module is one shared object that contains an engine, the shim (one C interface for all engines) and the C code
that connects the shim to Python. This package is the only Python code that contains names of engines. All other Python
code tests an engine's capabilities.
"""

from anywasm.engines._table import ENGINE_NAMES
from anywasm.engines.choice import default_engine, lightest_engine, use_engine
from anywasm.engines.engine_module import EngineModule
from anywasm.engines.info import EngineInfo, engines
from anywasm.engines.loader import EngineUnavailable, load

__all__ = [
    "ENGINE_NAMES",
    "EngineInfo",
    "EngineModule",
    "EngineUnavailable",
    "default_engine",
    "engines",
    "lightest_engine",
    "load",
    "use_engine",
]
