"""Runs WebAssembly on several engines.

The package offers two API styles. `anywasm.wasmer` has the API of the `wasmer` 1.1 package (implicit store).
`anywasm.wasmtime` has the API of wasmtime-py (explicit store). Both styles use the same core, `anywasm.core`. A program
selects an engine by the environment variable `ANYWASM_ENGINE`, by `use_engine`, or by the parameter `name` of
`anywasm.wasmer.Store` and `anywasm.wasmtime.Engine`.

>>> import anywasm
>>> any(info.installed for info in anywasm.engines())
True
"""

from anywasm._version import __version__
from anywasm.activation import activate
from anywasm.engines import EngineInfo, EngineUnavailable, engines, use_engine

TYPE_CHECKING = False  # As `typing.TYPE_CHECKING`.
if TYPE_CHECKING:
    from anywasm.core.errors import CapabilityError
    from anywasm.core.guest_limits import GuestLimits as limits  # noqa: N813

__all__ = [
    "CapabilityError",
    "EngineInfo",
    "EngineUnavailable",
    "__version__",
    "activate",
    "engines",
    "limits",
    "use_engine",
]


def __getattr__(name: str) -> object:
    """Imports `CapabilityError` and `limits` when they are first used, because their modules import the whole core."""
    if name not in ("CapabilityError", "limits"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from anywasm.core.errors import CapabilityError
    from anywasm.core.guest_limits import GuestLimits

    globals().update(CapabilityError=CapabilityError, limits=GuestLimits)
    return globals()[name]
