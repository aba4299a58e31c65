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
    """A table: an array of references that guests can read, write and grow.
    >>> from anywasm.wasmtime import Limits, Store, Table, TableType, ValType
    >>> store = Store()
    >>> Table(store, TableType(ValType.funcref(), Limits(2, None)), None).size(store)
    2
    """

    # The slot `__dict__` lets programs add attributes. Objects stay small, because CPython creates the dictionary only
    # when a program adds an attribute.
    __slots__ = ("__dict__", "__weakref__", "_core")

    def __init__(self, store: Storelike, ty: TableType, init: Any) -> None:
        if not isinstance(ty, TableType):
            raise TypeError("expected a TableType")
        self._core = core.Table.new(store._context(), ty._core, convert.to_wasm(ty._core.element, init))

    @classmethod
    def _from_core(cls, extern: core.Table) -> Table:
        wrapper = cls.__new__(cls)
        wrapper._core = extern
        return wrapper

    def type(self, store: Storelike) -> TableType:
        """Returns the element type and the limits of the table."""
        check_store(store, self._core)
        ty: TableType = type_from_core(self._core.type)
        return ty

    def size(self, store: Storelike) -> int:
        """Returns the number of elements, null references included."""
        check_store(store, self._core)
        return self._core.size()

    def get(self, store: Storelike, idx: int) -> Any:
        """Returns the element at an index, or None if the index is out of range.

        Returns a null reference as a `Val`.
        """
        check_store(store, self._core)
        if not 0 <= operator.index(idx) < self._core.size():
            return None
        return null_as_val(self._core.type.element, self._core.get(idx))

    def set(self, store: Storelike, idx: int, val: Any) -> None:
        """Sets the element at an index. Raises WasmtimeError if the index is out of range."""
        check_store(store, self._core)
        value = convert.to_wasm(self._core.type.element, val)
        if not 0 <= operator.index(idx) < self._core.size():
            raise WasmtimeError("wasm trap: undefined element: out of bounds table access")
        self._core.set(idx, value)

    def grow(self, store: Storelike, amt: int, init: Any) -> int:
        """Adds `amt` elements with the value `init`. Returns the previous number of elements.

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
