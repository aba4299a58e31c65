"""The class `Global`, for global variables."""

from __future__ import annotations

from typing import Any

from anywasm import core
from anywasm.wasmtime import convert
from anywasm.wasmtime.errors import WasmtimeError
from anywasm.wasmtime.store import Storelike, check_store, context
from anywasm.wasmtime.types import GlobalType, type_from_core
from anywasm.wasmtime.val import Val


class Global:
    """A global: a variable that instances can import and export.

    >>> from anywasm.wasmtime import Global, GlobalType, Store, ValType
    >>> store = Store()
    >>> counter = Global(store, GlobalType(ValType.i32(), True), 1)
    >>> counter.set_value(store, 2)
    >>> counter.value(store)
    2
    """

    # The slot `__dict__` lets programs add attributes. Objects stay small, because CPython creates the dictionary only
    # when a program adds an attribute.
    __slots__ = ("__dict__", "__weakref__", "_core_object")

    def __init__(self, store: Storelike, ty: GlobalType, val: Any) -> None:
        if not isinstance(ty, GlobalType):
            raise TypeError("expected a GlobalType")
        value = convert.to_wasm(ty._core_object.content, val)
        self._core_object = core.Global.new(context(store), ty._core_object, value)

    @classmethod
    def _core_wrap(cls, extern: core.Global) -> Global:
        wrapper = cls.__new__(cls)
        wrapper._core_object = extern
        return wrapper

    def type(self, store: Storelike) -> GlobalType:
        """Returns the value type and the mutability of the global."""
        check_store(store, self._core_object)
        ty: GlobalType = type_from_core(self._core_object.type)
        return ty

    def value(self, store: Storelike) -> Any:
        """Returns the value of the global.

        Returns a null reference as a `Val`, which equals None, but is not the object None.
        """
        check_store(store, self._core_object)
        value = self._core_object.get()
        return Val._core_make(self._core_object.type.content, None) if value is None else value

    def set_value(self, store: Storelike, val: Any) -> None:
        """Sets the value of the global. Raises WasmtimeError if the global is immutable."""
        check_store(store, self._core_object)
        value = convert.to_wasm(self._core_object.type.content, val)
        if not self._core_object.type.mutable:
            raise WasmtimeError("immutable global cannot be set")
        self._core_object.set(value)
