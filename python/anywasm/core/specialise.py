"""Derives a style's class from an engine module's C type, which contains a fast path (`src/glue/`).

Each engine module has C types of its own. So for each engine module there is a derived class, which has the name of the
style's class.
"""

from __future__ import annotations

from typing import Any

from anywasm.engines import EngineModule


def specialise(base: Any, engine_module: EngineModule) -> Any:
    """Returns the class that derives from the engine module's C type and from the style's class `base`.

    `base._core_fast_base` is the name of the C type. `base._core_own_slots` are the attributes of the objects; if it is
    None, the objects have a `__dict__`.

    The class is stored in `engine_module.classes`. Frequently called code looks there before it calls this function.
    """
    found = engine_module.classes.get(base)
    if found is None:
        body = {"__doc__": base.__doc__, "__module__": base.__module__, "__qualname__": base.__qualname__}
        if base._core_own_slots is not None:
            body["__slots__"] = base._core_own_slots
        found = engine_module.classes.setdefault(
            base, type(base.__name__, (getattr(engine_module, base._core_fast_base), base), body)
        )
    return found
