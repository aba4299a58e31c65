"""Finds, loads and describes the engine modules. `ANYWASM_ENGINE` names the default engine.

An engine module is one shared object that contains an engine, the shim and cffi's glue. Of the Python code, only this
package knows engines by name. All other code asks for an engine's capabilities.
"""

from anywasm.engines._table import ENGINE_NAMES
from anywasm.engines.choice import default_engine, use_engine
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
    "load",
    "use_engine",
]
