"""Globals: variables that instances and the host can share."""

from __future__ import annotations

from typing import Any

from anywasm.core import types, values
from anywasm.core.extern import Extern
from anywasm.core.store import Store
from anywasm.core.types import GlobalType


class Global(Extern):
    """A global. Its value is a plain value: the Python form that `core/values.py` defines for each WebAssembly type."""

    def __init__(self, store: Store, owner: Any, ty: GlobalType) -> None:
        super().__init__(store, owner)
        self._type = ty

    @classmethod
    def new(cls, store: Store, ty: GlobalType, value: Any) -> Global:
        """Creates a global of type `ty` in a store. The initial value is `value`."""
        engine_module = store._core_engine_module
        function, args = engine_module.lib.aw_global_new, (store._core_ptr, types.write(engine_module, ty))
        ptr = values.call_with_value(store, ty.content, value, function, *args)
        return cls(store, store._core_own_extern(ptr), ty)

    @property
    def type(self) -> GlobalType:
        """The global's type: the type of the value, and whether the value can change."""
        return self._type

    def get(self) -> Any:
        """Returns the global's current value, as a plain value."""
        slot = values.new_slots(self._core_store, 1)
        self._core_check(self._core_engine_module.lib.aw_global_get(self._core_ptr, slot))
        return values.lift(self._core_store, slot[0], self._type.content)

    def set(self, value: Any) -> None:
        """Sets the global's value to a plain value. Raises the API style's error if the global is immutable."""
        function = self._core_engine_module.lib.aw_global_set
        self._core_check(values.call_with_value(self._core_store, self._type.content, value, function, self._core_ptr))
