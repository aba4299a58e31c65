"""Python objects that WebAssembly holds as externref: each has a number, which is what the guest really holds."""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Callable
from typing import Any

#: Objects that may wait before the engine is asked which of them no guest holds any more.
_FEW = 64


class HostObjects:
    """Numbers for objects, and back.

    Each time an object is passed in it gets a number of its own, which the engine gives back once no guest holds it:
    then the object is let go. `take_released`, a method of the store, asks the engine for those.
    """

    __slots__ = ("_enough", "_numbers", "_objects", "_take_released")

    def __init__(self, take_released: Callable[[], list[int]]) -> None:
        self._objects: dict[int, Any] = {}
        self._numbers = itertools.count(1)
        self._enough = _FEW
        # The store holds this, and must not wait for the cycle collector.
        self._take_released = weakref.WeakMethod(take_released)

    def number(self, value: Any) -> int:
        """A number for the object; None, the null reference, is 0."""
        if value is None:
            return 0
        if len(self._objects) >= self._enough:
            self.release()
            # So the look costs the same for each object, however many there are.
            self._enough = 2 * len(self._objects) + _FEW
        number = next(self._numbers)
        self._objects[number] = value
        return number

    def value(self, number: int) -> Any:
        """The object of this number; for a number that is none of ours, the reference itself as an opaque object."""
        return None if number == 0 else self._objects.get(number, FOREIGN)

    def release(self) -> None:
        """Lets go of the objects that no guest holds any more."""
        take_released = self._take_released()
        for number in take_released() if take_released else ():
            self._objects.pop(number, None)

    def take_back(self, number: int) -> None:
        """Lets go of an object that no guest got."""
        self._objects.pop(number, None)

    def clear(self) -> None:
        """Lets go of all."""
        self._objects.clear()


class ForeignReference:
    """An external reference that the guest made from a value of its own; it has nothing to show."""


FOREIGN = ForeignReference()
