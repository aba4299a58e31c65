"""Globals."""

from __future__ import annotations

from typing import Any

from anywasm.core import types, values
from anywasm.core.extern import Extern
from anywasm.core.store import Store
from anywasm.core.types import GlobalType


class Global(Extern):
    """A global; values are plain ones (see values.py)."""

    def __init__(self, store: Store, owner: Any, ty: GlobalType) -> None:
        super().__init__(store, owner)
        self._type = ty

    @classmethod
    def new(cls, store: Store, ty: GlobalType, value: Any) -> Global:
        """A new global of this value."""
        make, raw = store._engine_module.lib.aw_global_new, types.write(store._engine_module, ty)
        ptr = values.hand_over(store, ty.content, value, make, store._ptr, raw)
        return cls(store, store.owned(ptr), ty)

    @property
    def type(self) -> GlobalType:
        """Its type."""
        return self._type

    def get(self) -> Any:
        """Its value."""
        slot = values.slots(self._store, 1)
        self._check(self._engine_module.lib.aw_global_get(self._ptr, slot))
        return values.read(self._store, slot[0], self._type.content)

    def set(self, value: Any) -> None:
        """Sets the value of a mutable global."""
        set_ = self._engine_module.lib.aw_global_set
        self._check(values.hand_over(self._store, self._type.content, value, set_, self._ptr))
