"""The class `Table`, for tables of references."""

from __future__ import annotations

from anywasm import core
from anywasm.wasmer import arguments
from anywasm.wasmer.binding import Binding, Bound
from anywasm.wasmer.store import Store
from anywasm.wasmer.types import TableType, type_from_core
from anywasm.wasmer.value import Value


class Table(Bound):
    """A table that an instance exports.

    A program cannot make a table, as in wasmer 1.1: its `Value` class has no references to fill the table with.
    """

    __slots__ = ("_core_type",)

    _binding: Binding[core.Table]
    _core_type: core.TableType

    def __init__(self, store: Store, table_type: TableType, initial_value: Value) -> None:
        arguments.instance("store", store, Store)
        arguments.instance("table_type", table_type, TableType)
        arguments.instance("initial_value", initial_value, Value)
        raise RuntimeError("RuntimeError: val is not reference")

    @classmethod
    def _from_core(cls, extern: core.Table) -> Table:
        result = cls.__new__(cls)
        result._core_type = extern.type
        result._binding = Binding(None, None, extern)
        return result

    @property
    def type(self) -> TableType:
        """The type of the table."""
        result: TableType = type_from_core(self._core_type)
        return result

    @property
    def size(self) -> int:
        """The number of elements."""
        return self._binding.get().size()
