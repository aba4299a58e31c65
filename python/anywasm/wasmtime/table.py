"""The class `Table`, for tables of references."""

from __future__ import annotations

import operator
from typing import Any

from anywasm import core
from anywasm.wasmtime import convert
from anywasm.wasmtime.argument_types import check_class, to_int
from anywasm.wasmtime.errors import MissingCapability, WasmtimeError
from anywasm.wasmtime.store import Storelike, check_store, context
from anywasm.wasmtime.types import TableType, type_from_core
from anywasm.wasmtime.val import Val


class Table:
    """A table: an array of references that guests can read, write and grow.
    >>> from anywasm.wasmtime import Limits, Store, Table, TableType, ValType
    >>> store = Store()
    >>> Table(store, TableType(ValType.funcref(), Limits(2, None)), None).size(store)
    2
    """

    # The slot `__dict__` lets programs add attributes. Objects stay small, because CPython creates the dictionary only
    # when a program adds an attribute.
    __slots__ = ("__dict__", "__weakref__", "_core_object")

    def __init__(self, store: Storelike, ty: TableType, init: Any) -> None:
        check_class(ty, TableType, "element")
        value = convert.to_wasm(ty._core_object.element, init)
        self._core_object = core.Table.new(context(store), ty._core_object, value)

    @classmethod
    def _core_wrap(cls, extern: core.Table) -> Table:
        wrapper = cls.__new__(cls)
        wrapper._core_object = extern
        return wrapper

    def type(self, store: Storelike) -> TableType:
        """Returns the element type and the limits of the table."""
        check_store(store, self._core_object)
        ty: TableType = type_from_core(self._core_object.type)
        return ty

    def size(self, store: Storelike) -> int:
        """Returns the number of elements, null references included."""
        check_store(store, self._core_object)
        return self._core_object.size()

    def get(self, store: Storelike, idx: int) -> Any:
        """Returns the element at an index, or None if the index is out of range.

        As in wasmtime-py, returns a null reference as a `Val`, and also an object whose truth value is False.
        """
        check_store(store, self._core_object)
        if not 0 <= to_int(idx, 3) < self._core_object.size():
            return None
        element = self._core_object.get(idx)
        return element if element else Val._core_make(self._core_object.type.element, element)

    def set(self, store: Storelike, idx: int, val: Any) -> None:
        """Sets the element at an index. Raises WasmtimeError if the index is out of range."""
        check_store(store, self._core_object)
        value = convert.to_wasm(self._core_object.type.element, val)
        if not 0 <= to_int(idx, 3) < self._core_object.size():
            raise WasmtimeError("wasm trap: undefined element: out of bounds table access")
        self._core_object.set(idx, value)

    def grow(self, store: Storelike, amt: int, init: Any) -> int:
        """Adds `amt` elements with the value `init`. Returns the previous number of elements.

        Raises WasmtimeError if the table cannot grow that far.
        """
        check_store(store, self._core_object)
        value = convert.to_wasm(self._core_object.type.element, init)
        delta = operator.index(amt) % (1 << 64)
        try:
            return self._core_object.grow(delta, value)
        except WasmtimeError as error:
            if isinstance(error, MissingCapability):
                raise
            raise WasmtimeError(f"failed to grow table by `{delta}`") from None
