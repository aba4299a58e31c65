"""Tables of references."""

from __future__ import annotations

from typing import Any

from anywasm.core import types, values
from anywasm.core.extern import Extern
from anywasm.core.handle import is_failed_size
from anywasm.core.store import Store
from anywasm.core.types import TableType


class Table(Extern):
    """A table of references. In Python, its elements are functions, arbitrary objects (for externref) or None."""

    def __init__(self, store: Store, owner: Any, ty: TableType) -> None:
        super().__init__(store, owner)
        self._type = ty

    @classmethod
    def new(cls, store: Store, ty: TableType, init: Any) -> Table:
        """Creates a table of type `ty` in a store. The value of each element is `init`."""
        engine_module = store._core_engine_module
        function, args = engine_module.lib.aw_table_new, (store._core_ptr, types.write(engine_module, ty))
        ptr = values.call_with_value(store, ty.element, init, function, *args)
        return cls(store, store._core_own_extern(ptr), ty)

    @property
    def type(self) -> TableType:
        """The table's type. `minimum` is the table's size when the table was created."""
        return self._type

    def size(self) -> int:
        """Returns the table's current size in elements."""
        return self._core_check_size(self._core_engine_module.lib.aw_table_size(self._core_ptr))

    def get(self, index: int) -> Any:
        """Returns the element at an index. Raises the API style's error if the index is out of bounds."""
        slot = values.new_slots(self._core_store, 1)
        self._core_check(self._core_engine_module.lib.aw_table_get(self._core_ptr, index, slot))
        return values.lift(self._core_store, slot[0], self._type.element)

    def set(self, index: int, value: Any) -> None:
        """Sets the element at an index. Raises the API style's error if the index is out of bounds."""
        function, args = self._core_engine_module.lib.aw_table_set, (self._core_ptr, index)
        self._core_check(values.call_with_value(self._core_store, self._type.element, value, function, *args))

    def grow(self, delta: int, init: Any) -> int:
        """Adds `delta` elements with the value `init`, and returns the number of elements before the growth.

        Raises the API style's error if the table cannot grow by `delta` elements.
        """
        function, args = self._core_engine_module.lib.aw_table_grow, (self._core_ptr, delta)
        size = values.call_with_value(
            self._core_store, self._type.element, init, function, *args, is_failure=is_failed_size
        )
        return self._core_check_size(size)
