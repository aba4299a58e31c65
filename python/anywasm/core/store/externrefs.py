"""Python objects that guests hold as externref. Each object has a number; the guest holds the number."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from anywasm.core.store.store import Store

#: A table with fewer objects is not searched for objects that no guest holds any more.
_MIN_LIMIT = 64


class ExternRefs:
    """The table of a store's objects by number.

    An object gets a new number each time it is passed to a guest. The engine reports a number when no guest holds it
    any more; then the object is released.
    """

    __slots__ = ("_limit", "_numbers", "_objects")

    def __init__(self) -> None:
        self._objects: dict[int, Any] = {}
        self._numbers = itertools.count(1)
        #: When the table has this many objects, `add` first releases those that no guest holds any more.
        self._limit = _MIN_LIMIT

    def add(self, store: Store, value: Any) -> int:
        """Returns a new number for an object; 0 for None, the null reference. `store` is the table's store."""
        if value is None:
            return 0
        if len(self._objects) >= self._limit:
            self.release_unreachable(store)
            # Doubling the limit keeps the cost per object constant, however many objects there are.
            self._limit = 2 * len(self._objects) + _MIN_LIMIT
        number = next(self._numbers)
        self._objects[number] = value
        return number

    def get(self, number: int) -> Any:
        """Returns the object with this number; None for 0, and `FOREIGN` for a number that this table never issued."""
        return None if number == 0 else self._objects.get(number, FOREIGN)

    def release_unreachable(self, store: Store) -> None:
        """Releases the objects that no guest holds any more. `store` is the table's store."""
        for number in _take_unreachable(store):
            self._objects.pop(number, None)

    def discard(self, number: int) -> None:
        """Releases an object that was not passed to a guest after all."""
        self._objects.pop(number, None)


class ForeignReference:
    """An external reference that a guest created from a value of its own. Python cannot look into it."""


FOREIGN = ForeignReference()


def collect(store: Store) -> None:
    """Runs the engine's garbage collector, then releases the Python objects that no guest holds any more."""
    store._core_check(store._core_engine_module.lib.aw_store_gc(store._core_ptr))
    store._core_state.externrefs.release_unreachable(store)


def _take_unreachable(store: Store) -> list[int]:
    """Returns the numbers that no guest holds any more, and removes them from the shim's queue."""
    lib = store._core_engine_module.lib
    raw = store._core_check(lib.aw_store_take_released(store._core_ptr))
    try:
        return list(memoryview(store._core_engine_module.ffi.buffer(raw.data, raw.len)).cast("B").cast("Q"))
    finally:
        lib.aw_bytes_delete(raw)
