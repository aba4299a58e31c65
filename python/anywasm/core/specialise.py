"""A style's function class over an engine module's `Callable`, which holds the call path (src/glue/call.c).

The class is made for each engine module, since each has a `Callable` of its own; it has the style's class as a base and
the same name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from anywasm.engines import Native

if TYPE_CHECKING:
    from anywasm.core.func import Func

_classes: dict[tuple[type, Native], Any] = {}


def specialise(base: type[Func], native: Native) -> Any:
    """The class of a style's functions on this engine."""
    key = (base, native)
    found = _classes.get(key)
    if found is None:
        body = {"__doc__": base.__doc__, "__module__": base.__module__, "__qualname__": base.__qualname__}
        found = _classes.setdefault(key, type(base.__name__, (native.callable, base), body))
    return found
