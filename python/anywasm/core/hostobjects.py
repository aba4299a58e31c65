"""Python objects that WebAssembly holds as externref: each has a number, which is what the guest really holds."""

from __future__ import annotations

import threading
from typing import Any


class HostObjects:
    """Numbers for objects, and back. An object keeps its number, and lives as long as the store."""

    __slots__ = ("_lock", "_numbers", "_objects")

    def __init__(self) -> None:
        self._objects: dict[int, Any] = {}
        self._numbers: dict[int, int] = {}
        self._lock = threading.Lock()

    def number(self, value: Any) -> int:
        """The object's number; None, the null reference, is 0."""
        if value is None:
            return 0
        with self._lock:
            number = self._numbers.get(id(value))
            if number is None:
                number = self._numbers[id(value)] = len(self._objects) + 1
                self._objects[number] = value
            return number

    def value(self, number: int) -> Any:
        """The object of this number; for a number that is none of ours, the reference itself as an opaque object."""
        return None if number == 0 else self._objects.get(number, FOREIGN)


class ForeignReference:
    """An external reference that the guest made from a value of its own; it has nothing to show."""


FOREIGN = ForeignReference()
