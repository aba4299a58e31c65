"""The class `Table`, for tables of references."""

from __future__ import annotations

import operator
from typing import Any

from anywasm import core
from anywasm.wasmtime import convert
from anywasm.wasmtime.errors import MissingCapability, WasmtimeError
from anywasm.wasmtime.globals import null_as_val
from anywasm.wasmtime.store import Storelike, check_store
from anywasm.wasmtime.types import TableType, type_from_core


class Table:
    """A table of references.

    >>> from anywasm.wasmtime import Limits, Store, Table, TableType, ValType
    >>> store = Store()
    >>> Table(store, TableType(ValType.funcref(), Limits(2, None)), None).size(store)
    2
    """

    # Programs may add attributes. The slots save memory, because CPython creates `__dict__` only when needed.
    __slots__ = ("__dict__", "__weakref__", "_core")

    def __init__(self, store: Storelike, ty: TableType, init: Any) -> None:
        if not isinstance(ty, TableType):
            raise TypeError("expected a TableType")
        self._core = core.Table.new(store._context(), ty._core, convert.to_wasm(ty._core.element, init))

    @classmethod
    def _from_core(cls, extern: core.Table) -> Table:
        result = cls.__new__(cls)
        result._core = extern
        return result

    def type(self, store: Storelike) -> TableType:
        """Returns the type of the table."""
        check_store(store, self._core)
        result: TableType = type_from_core(self._core.type)
        return result

    def size(self, store: Storelike) -> int:
        """Returns the number of elements."""
        check_store(store, self._core)
        return self._core.size()

    def get(self, store: Storelike, idx: int) -> Any:
        """Returns the element at an index. None for an index out of range. A null reference is returned as a `Val`."""
        check_store(store, self._core)
        if not 0 <= operator.index(idx) < self._core.size():
            return None
        return null_as_val(self._core.type.element, self._core.get(idx))

    def set(self, store: Storelike, idx: int, val: Any) -> None:
        """Sets the element at an index. WasmtimeError for an index out of range."""
        check_store(store, self._core)
        value = convert.to_wasm(self._core.type.element, val)
        if not 0 <= operator.index(idx) < self._core.size():
            raise WasmtimeError("wasm trap: undefined element: out of bounds table access")
        self._core.set(idx, value)

    def grow(self, store: Storelike, amt: int, init: Any) -> int:
        """Adds `amt` elements of value `init`. Returns the number of elements before.

        Raises WasmtimeError if the table cannot grow that far.
        """
        check_store(store, self._core)
        value = convert.to_wasm(self._core.type.element, init)
        delta = operator.index(amt) % (1 << 64)
        try:
            return self._core.grow(delta, value)
        except WasmtimeError as error:
            if isinstance(error, MissingCapability):
                raise
            raise WasmtimeError(f"failed to grow table by `{delta}`") from None
