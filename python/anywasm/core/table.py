"""Tables."""

from __future__ import annotations

from typing import Any

from anywasm.core import types, values
from anywasm.core.extern import Extern
from anywasm.core.handle import is_failure
from anywasm.core.store import Store
from anywasm.core.types import TableType


class Table(Extern):
    """A table. Its elements are plain values (see `core/values.py`): functions or None, or any objects."""

    def __init__(self, store: Store, owner: Any, ty: TableType) -> None:
        super().__init__(store, owner)
        self._type = ty

    @classmethod
    def new(cls, store: Store, ty: TableType, init: Any) -> Table:
        """Creates a table in which each element is `init`."""
        new, raw = store._core_engine_module.lib.aw_table_new, types.write(store._core_engine_module, ty)
        ptr = values.call_with(store, ty.element, init, new, store._core_ptr, raw)
        return cls(store, store._core_own_extern(ptr), ty)

    @property
    def type(self) -> TableType:
        """The table's type. The minimum is the table's size at its creation."""
        return self._type

    def size(self) -> int:
        """Returns the number of elements."""
        return self._core_check_size(self._core_engine_module.lib.aw_table_size(self._core_ptr))

    def get(self, index: int) -> Any:
        """Returns the element at an index; the style's error if the index is out of bounds."""
        slot = values.slots(self._core_store, 1)
        self._core_check(self._core_engine_module.lib.aw_table_get(self._core_ptr, index, slot))
        return values.lift(self._core_store, slot[0], self._type.element)

    def set(self, index: int, value: Any) -> None:
        """Sets the element at an index; the style's error if the index is out of bounds."""
        set_ = self._core_engine_module.lib.aw_table_set
        self._core_check(values.call_with(self._core_store, self._type.element, value, set_, self._core_ptr, index))

    def grow(self, delta: int, init: Any) -> int:
        """Adds `delta` elements, each of them `init`, and returns the former size. The style's error if the table
        cannot grow so much.
        """
        grow, args = self._core_engine_module.lib.aw_table_grow, (self._core_ptr, delta)
        size = values.call_with(self._core_store, self._type.element, init, grow, *args, failed=is_failure)
        return self._core_check_size(size)
