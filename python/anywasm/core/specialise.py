"""Derives classes that combine an API style's class with a C type of an engine module.

The C type contains C code for the frequent cases (`src/glue/`). Each engine module has its own C types. So `specialise`
derives one class per engine module from an API style's class. All derived classes have the name of the API style's
class.
"""

from __future__ import annotations

from typing import Any

from anywasm.engines import EngineModule


def specialise(base: Any, engine_module: EngineModule) -> Any:
    """Returns the class that derives from a C type of the engine module and from the API style's class `base`.

    `base._core_fast_base` is the name of the `EngineModule` attribute that holds the C type. `base._core_own_slots` is
    the `__slots__` of the derived class. If `base._core_own_slots` is None, the objects have a `__dict__`.

    This function stores the derived class in `engine_module.derived_classes`. Frequently called code reads
    `engine_module.derived_classes` first, and calls this function only if `base` is missing.
    """
    derived = engine_module.derived_classes.get(base)
    if derived is None:
        body = {"__doc__": base.__doc__, "__module__": base.__module__, "__qualname__": base.__qualname__}
        if base._core_own_slots is not None:
            body["__slots__"] = base._core_own_slots
        # Two threads may derive a class at the same time. `setdefault` makes both return the same class.
        derived = engine_module.derived_classes.setdefault(
            base, type(base.__name__, (getattr(engine_module, base._core_fast_base), base), body)
        )
    return derived
