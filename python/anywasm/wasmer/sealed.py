"""What the classes of this style have in common: as in the package, they are final, and objects are not copied."""

from __future__ import annotations

from typing import Any, NoReturn


class Sealed:
    """The base of classes that nothing outside this package may derive from."""

    __slots__ = ()

    def __init_subclass__(cls) -> None:
        if cls.__module__.split(".")[0] != __name__.split(".")[0]:
            raise TypeError(f"type '{cls.__bases__[0].__name__}' is not an acceptable base type")

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise TypeError(f"cannot pickle '{type(self).__name__}' object")


class Unconstructible(Sealed):
    """The base of classes whose objects come from others' methods only."""

    __slots__ = ()

    def __init__(self, *_: Any, **__: Any) -> None:
        raise TypeError("No constructor defined")
