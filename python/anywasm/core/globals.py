"""Globals."""

from __future__ import annotations

from typing import Any

from anywasm.core import types, values
from anywasm.core.extern import Extern
from anywasm.core.store import Store
from anywasm.core.types import GlobalType


class Global(Extern):
    """A global. Its value is a plain value (see `core/values.py`)."""

    def __init__(self, store: Store, owner: Any, ty: GlobalType) -> None:
        super().__init__(store, owner)
        self._type = ty

    @classmethod
    def new(cls, store: Store, ty: GlobalType, value: Any) -> Global:
        """Creates a global with this initial value."""
        new, raw = store._core_engine_module.lib.aw_global_new, types.write(store._core_engine_module, ty)
        ptr = values.call_with(store, ty.content, value, new, store._core_ptr, raw)
        return cls(store, store._core_own_extern(ptr), ty)

    @property
    def type(self) -> GlobalType:
        """The global's type."""
        return self._type

    def get(self) -> Any:
        """Returns the value."""
        slot = values.slots(self._core_store, 1)
        self._core_check(self._core_engine_module.lib.aw_global_get(self._core_ptr, slot))
        return values.lift(self._core_store, slot[0], self._type.content)

    def set(self, value: Any) -> None:
        """Sets the value; the style's error if the global is immutable."""
        set_ = self._core_engine_module.lib.aw_global_set
        self._core_check(values.call_with(self._core_store, self._type.content, value, set_, self._core_ptr))
