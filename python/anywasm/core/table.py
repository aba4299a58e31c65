"""Tables."""

from __future__ import annotations

from typing import Any

from anywasm.core import types, values
from anywasm.core.extern import Extern
from anywasm.core.handle import is_failure
from anywasm.core.store import Store
from anywasm.core.types import TableType


class Table(Extern):
    """A table; elements are plain values: a function or None, or any object."""

    def __init__(self, store: Store, owner: Any, ty: TableType) -> None:
        super().__init__(store, owner)
        self._type = ty

    @classmethod
    def new(cls, store: Store, ty: TableType, init: Any) -> Table:
        """A new table, full of `init`."""
        make, raw = store._engine_module.lib.aw_table_new, types.write(store._engine_module, ty)
        ptr = values.hand_over(store, ty.element, init, make, store._ptr, raw)
        return cls(store, store.owned(ptr), ty)

    @property
    def type(self) -> TableType:
        """Its type, with the sizes it was made with."""
        return self._type

    def size(self) -> int:
        """How many elements it has."""
        return self._number(self._engine_module.lib.aw_table_size(self._ptr))

    def get(self, index: int) -> Any:
        """The element at an index; the style's error where there is none."""
        slot = values.slots(self._store, 1)
        self._check(self._engine_module.lib.aw_table_get(self._ptr, index, slot))
        return values.read(self._store, slot[0], self._type.element)

    def set(self, index: int, value: Any) -> None:
        """Sets the element at an index."""
        set_ = self._engine_module.lib.aw_table_set
        self._check(values.hand_over(self._store, self._type.element, value, set_, self._ptr, index))

    def grow(self, delta: int, init: Any) -> int:
        """Adds `delta` elements, each `init`; gives the former size."""
        grow, args = self._engine_module.lib.aw_table_grow, (self._ptr, delta)
        return self._number(values.hand_over(self._store, self._type.element, init, grow, *args, failed=is_failure))
