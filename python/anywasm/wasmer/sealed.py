"""What the classes of this style have in common: as in the package, they are final, and objects are not copied."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NoReturn


class Sealed:
    """The base of classes that nothing outside this package may derive from."""

    __slots__ = ()

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if cls.__module__.split(".")[0] != __name__.split(".")[0]:
            raise TypeError(f"type '{cls.__bases__[0].__name__}' is not an acceptable base type")

    def __dir__(self) -> Iterable[str]:
        """What the package documents, and not what serves only this one."""
        below = [
            vars(cls) for cls in type(self).__mro__ if cls.__module__.startswith(("anywasm.core.", "anywasm.engines"))
        ]
        names = (name for name in super().__dir__() if name.startswith("__") or not name.startswith("_"))
        return [name for name in names if name.startswith("__") or not any(name in each for each in below)]

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise TypeError(f"cannot pickle '{type(self).__name__}' object")


class Unconstructible(Sealed):
    """The base of classes whose objects come from others' methods only."""

    __slots__ = ()

    def __init__(self, *_: Any, **__: Any) -> None:
        raise TypeError("No constructor defined")
