"""Base classes of the classes in `anywasm.wasmer`.

As in wasmer 1.1, programs cannot derive classes from the classes in `anywasm.wasmer`, and cannot copy or pickle the
objects.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NoReturn


class Sealed:
    """The base class of classes that programs cannot derive from. Classes of the package anywasm can."""

    __slots__ = ()

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if cls.__module__.split(".")[0] != __name__.split(".")[0]:
            raise TypeError(f"type '{cls.__bases__[0].__name__}' is not an acceptable base type")

    def __dir__(self) -> Iterable[str]:
        """Returns the public names that wasmer 1.1 has, and all names that begin with two underscores.

        Omits private names, and names that the core and the engine module define.
        """
        core_namespaces = [
            vars(cls) for cls in type(self).__mro__ if cls.__module__.startswith(("anywasm.core.", "anywasm.engines"))
        ]
        names = (name for name in super().__dir__() if name.startswith("__") or not name.startswith("_"))
        return [
            name
            for name in names
            if name.startswith("__") or not any(name in namespace for namespace in core_namespaces)
        ]

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise TypeError(f"cannot pickle '{type(self).__name__}' object")


class Unconstructible(Sealed):
    """The base class of classes that programs cannot instantiate. Methods of other classes return the objects."""

    __slots__ = ()

    def __init__(self, *_: Any, **__: Any) -> None:
        raise TypeError("No constructor defined")
