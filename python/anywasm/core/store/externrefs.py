"""Python objects that guests hold as externref. The guest holds a number, and a table maps the number to the object."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from anywasm.core.store.store import Store

#: The smallest value of `_release_threshold`. A table with fewer objects releases the objects that no guest holds any
#: more only when `collect` is called.
_MIN_RELEASE_THRESHOLD = 64


class ExternRefs:
    """The table that maps numbers to a store's externref objects.

    Each time the program passes an object to a guest, the object gets a new number. When no guest holds a number any
    more, the engine reports the number, and the table can remove the number and its reference to the object.
    """

    __slots__ = ("_counter", "_objects", "_release_threshold")

    def __init__(self) -> None:
        self._objects: dict[int, Any] = {}
        self._counter = itertools.count(1)
        #: If the table has at least this many objects, `add` first releases the objects that no guest holds any more.
        self._release_threshold = _MIN_RELEASE_THRESHOLD

    def add(self, store: Store, value: Any) -> int:
        """Adds an object to the table and returns the object's new number. `store` is the table's store.

        Returns 0 if `value` is None, because 0 is the null reference.
        """
        if value is None:
            return 0
        if len(self._objects) >= self._release_threshold:
            self.release_unreachable(store)
            # The threshold grows with the number of objects, so the average cost of `add` stays constant.
            self._release_threshold = 2 * len(self._objects) + _MIN_RELEASE_THRESHOLD
        number = next(self._counter)
        self._objects[number] = value
        return number

    def get(self, number: int) -> Any:
        """Returns the object with this number.

        Returns None for 0. Returns `FOREIGN` if the table has no object with this number, because a reference without
        an object comes from a guest, which created the reference from a WebAssembly value.
        """
        return None if number == 0 else self._objects.get(number, FOREIGN)

    def release_unreachable(self, store: Store) -> None:
        """Releases the objects that no guest holds any more. `store` is the table's store."""
        for number in _take_unreachable_numbers(store):
            self._objects.pop(number, None)

    def discard(self, number: int) -> None:
        """Releases an object whose number no guest has received, because the call that passed the number failed."""
        self._objects.pop(number, None)


class ForeignReference:
    """An external reference that a guest created from a WebAssembly value. Python cannot access the value."""


#: The object that represents every foreign reference.
FOREIGN = ForeignReference()


def collect(store: Store) -> None:
    """Runs the engine's garbage collector, then releases the externref objects that no guest holds any more."""
    store._core_check(store._core_engine_module.lib.aw_store_gc(store._core_ptr))
    store._core_state.externrefs.release_unreachable(store)


def _take_unreachable_numbers(store: Store) -> list[int]:
    """Returns the numbers that no guest holds any more, and removes these numbers from the shim's queue."""
    lib = store._core_engine_module.lib
    raw = store._core_check(lib.aw_store_take_released(store._core_ptr))
    try:
        # The shim returns 64-bit integers: format `Q` of the module `struct`.
        return list(memoryview(store._core_engine_module.ffi.buffer(raw.data, raw.len)).cast("B").cast("Q"))
    finally:
        lib.aw_bytes_delete(raw)
