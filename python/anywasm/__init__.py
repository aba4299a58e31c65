"""WebAssembly on any engine.

Two styles over one core: `anywasm.wasmer` (implicit store, as in the `wasmer` 1.1 package) and `anywasm.wasmtime`
(explicit store, as in wasmtime-py). Which engine runs below is chosen by `ANYWASM_ENGINE`, by `use_engine`, or by name
where an engine or a store is made.

>>> import anywasm
>>> any(info.installed for info in anywasm.engines())
True
"""

from anywasm._version import __version__
from anywasm.activation import activate
from anywasm.core.errors import CapabilityError
from anywasm.engines import EngineInfo, EngineUnavailable, engines, use_engine

__all__ = [
    "CapabilityError",
    "EngineInfo",
    "EngineUnavailable",
    "__version__",
    "activate",
    "engines",
    "use_engine",
]
