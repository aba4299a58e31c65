"""A style's class over an engine module's own type, which holds a fast path in C (src/glue/).

The class is made for each engine module, since each has types of its own; it has the style's class as a base and the
same name.
"""

from __future__ import annotations

from typing import Any

from anywasm.engines import Native


def specialise(base: Any, native: Native) -> Any:
    """The class over `base` on this engine. `base._fast_base` names the engine module's type, `base._own_slots` the
    attributes of its objects; None gives them a `__dict__`. What was made is in `native.classes`,
    where callers in a hurry look first.
    """
    found = native.classes.get(base)
    if found is None:
        body = {"__doc__": base.__doc__, "__module__": base.__module__, "__qualname__": base.__qualname__}
        if base._own_slots is not None:
            body["__slots__"] = base._own_slots
        found = native.classes.setdefault(base, type(base.__name__, (getattr(native, base._fast_base), base), body))
    return found
