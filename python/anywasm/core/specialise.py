"""A style's class over an engine module's own type, which holds a fast path in C (src/glue/).

The class is made for each engine module, since each has types of its own; it has the style's class as a base and the
same name.
"""

from __future__ import annotations

from typing import Any

from anywasm.engines import EngineModule


def specialise(base: Any, engine_module: EngineModule) -> Any:
    """The class over `base` on this engine. `base._fast_base` names the engine module's type, `base._own_slots` the
    attributes of its objects; None gives them a `__dict__`. What was made is in `engine_module.classes`,
    where callers in a hurry look first.
    """
    found = engine_module.classes.get(base)
    if found is None:
        body = {"__doc__": base.__doc__, "__module__": base.__module__, "__qualname__": base.__qualname__}
        if base._own_slots is not None:
            body["__slots__"] = base._own_slots
        found = engine_module.classes.setdefault(
            base, type(base.__name__, (getattr(engine_module, base._fast_base), base), body)
        )
    return found
