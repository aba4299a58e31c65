"""Globals."""

from __future__ import annotations

from typing import Any

from anywasm import core
from anywasm.wasmtime import convert
from anywasm.wasmtime.errors import WasmtimeError
from anywasm.wasmtime.store import Storelike, check_store
from anywasm.wasmtime.types import GlobalType, of_core
from anywasm.wasmtime.val import Val


class Global:
    """A global.

    >>> from anywasm.wasmtime import Global, GlobalType, Store, ValType
    >>> store = Store()
    >>> counter = Global(store, GlobalType(ValType.i32(), True), 1)
    >>> counter.set_value(store, 2)
    >>> counter.value(store)
    2
    """

    # Programs may add attributes; they need no dictionary until they do.
    __slots__ = ("__dict__", "__weakref__", "_core")

    def __init__(self, store: Storelike, ty: GlobalType, val: Any) -> None:
        if not isinstance(ty, GlobalType):
            raise TypeError("expected a GlobalType")
        self._core = core.Global.new(store._context(), ty._core, convert.to_wasm(ty._core.content, val))

    @classmethod
    def _of(cls, made: core.Global) -> Global:
        result = cls.__new__(cls)
        result._core = made
        return result

    def type(self, store: Storelike) -> GlobalType:
        """Its type."""
        check_store(store, self._core)
        result: GlobalType = of_core(self._core.type)
        return result

    def value(self, store: Storelike) -> Any:
        """Its value; a null reference comes as a `Val`."""
        check_store(store, self._core)
        return null_as_val(self._core.type.content, self._core.get())

    def set_value(self, store: Storelike, val: Any) -> None:
        """Sets it; WasmtimeError where it is immutable."""
        check_store(store, self._core)
        value = convert.to_wasm(self._core.type.content, val)
        if not self._core.type.mutable:
            raise WasmtimeError("immutable global cannot be set")
        self._core.set(value)


def null_as_val(ty: core.ValType, value: Any) -> Any:
    """A null reference as a `Val`, which equals None but is not None; anything else as it is."""
    return Val._of(ty, None) if value is None else value
