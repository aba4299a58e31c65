"""Base classes of this style's classes. As in wasmer 1.1, the classes are final and objects cannot be copied."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NoReturn


class Sealed:
    """The base of classes that programs cannot derive from."""

    __slots__ = ()

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if cls.__module__.split(".")[0] != __name__.split(".")[0]:
            raise TypeError(f"type '{cls.__bases__[0].__name__}' is not an acceptable base type")

    def __dir__(self) -> Iterable[str]:
        """Lists the names that wasmer 1.1 documents, without private names and names from the layers below."""
        lower_namespaces = [
            vars(cls) for cls in type(self).__mro__ if cls.__module__.startswith(("anywasm.core.", "anywasm.engines"))
        ]
        names = (name for name in super().__dir__() if name.startswith("__") or not name.startswith("_"))
        return [
            name
            for name in names
            if name.startswith("__") or not any(name in namespace for namespace in lower_namespaces)
        ]

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise TypeError(f"cannot pickle '{type(self).__name__}' object")


class Unconstructible(Sealed):
    """The base of classes that programs cannot instantiate. Their objects are results of other methods."""

    __slots__ = ()

    def __init__(self, *_: Any, **__: Any) -> None:
        raise TypeError("No constructor defined")
