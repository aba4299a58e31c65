"""Tables."""

from __future__ import annotations

from anywasm import core
from anywasm.wasmer import arguments
from anywasm.wasmer.binding import Binding, Bound
from anywasm.wasmer.store import Store
from anywasm.wasmer.types import TableType, of_core
from anywasm.wasmer.value import Value


class Table(Bound):
    """A table. wasmer has no value that could fill one, so tables come from instances."""

    __slots__ = ("_core_type",)

    _binding: Binding[core.Table]
    _core_type: core.TableType

    def __init__(self, store: Store, table_type: TableType, initial_value: Value) -> None:
        arguments.instance("store", store, Store)
        arguments.instance("table_type", table_type, TableType)
        arguments.instance("initial_value", initial_value, Value)
        raise RuntimeError("RuntimeError: val is not reference")

    @classmethod
    def _of(cls, made: core.Table) -> Table:
        result = cls.__new__(cls)
        result._core_type = made.type
        result._binding = Binding(None, None, made)
        return result

    @property
    def type(self) -> TableType:
        """Its type."""
        result: TableType = of_core(self._core_type)
        return result

    @property
    def size(self) -> int:
        """How many elements it has."""
        return self._binding.get().size()
