"""Defines the class `Table`. Its objects are tables of references."""

from __future__ import annotations

from anywasm import core
from anywasm.wasmer import arguments
from anywasm.wasmer.binding import Bindable, Binding
from anywasm.wasmer.store import Store
from anywasm.wasmer.types import TableType, type_from_core
from anywasm.wasmer.value import Value


class Table(Bindable):
    """A table that an instance exports.

    As in wasmer 1.1, a program cannot make a table. The reason is that the constructor needs a reference as the initial
    value of the elements, and a `Value` cannot be a reference.
    """

    __slots__ = ("_core_type",)

    _binding: Binding[core.Table]
    _core_type: core.TableType

    def __init__(self, store: Store, table_type: TableType, initial_value: Value) -> None:
        arguments.check_instance("store", store, Store)
        arguments.check_instance("table_type", table_type, TableType)
        arguments.check_instance("initial_value", initial_value, Value)
        raise RuntimeError("RuntimeError: val is not reference")

    @classmethod
    def _from_core(cls, extern: core.Table) -> Table:
        table = cls.__new__(cls)
        table._core_type = extern.type
        table._binding = Binding(None, None, extern)
        return table

    @property
    def type(self) -> TableType:
        """The element type, and the minimum and maximum number of elements."""
        table_type: TableType = type_from_core(self._core_type)
        return table_type

    @property
    def size(self) -> int:
        """The current number of elements."""
        return self._binding.get().size()
