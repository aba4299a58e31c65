"""Creates the Python objects for the exports of instances."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from anywasm.core.extern import type_of
from anywasm.core.globals import Global
from anywasm.core.memory import Memory
from anywasm.core.table import Table
from anywasm.core.tag import Tag
from anywasm.core.types import FuncType, GlobalType, MemoryType, TableType

if TYPE_CHECKING:
    from anywasm.core.extern import Extern
    from anywasm.core.instance import Instance
    from anywasm.core.module import Module
    from anywasm.core.store import Store


def extern_at(store: Store, instance_owner: Any, module: Module, index: int) -> Extern:
    """Returns the core's object for an export of an instance.

    `instance_owner` is the Python object that frees the instance, an instance of `module` in the store. `index` is the
    export's position in `module.export_list`.
    """
    owner, ty = store._core_engine_module.instance_export(instance_owner, index), module.export_list[index].type
    if isinstance(ty, FuncType):
        return store._core_style.func._core_from_owner(store, owner, ty)
    if isinstance(ty, GlobalType):
        return Global(store, owner, ty)
    if isinstance(ty, (TableType, MemoryType)):
        if module.import_list:
            # The export may be an import, whose type is at least as narrow as the type that the module declares.
            ty = cast("TableType | MemoryType", type_of(store, store._core_engine_module.pointer(owner)))
        return Table(store, owner, ty) if isinstance(ty, TableType) else Memory(store, owner, ty)
    return Tag(store, owner, ty)


def export_at(store: Store, instance_owner: Any, module: Module, index: int) -> Any:
    """Returns the API style's object for an export of an instance. The parameters mean the same as in `extern_at`."""
    return store._core_style.wrap(extern_at(store, instance_owner, module, index))


class Exports:
    """Looks up the exports of the instance that calls a host function.

    The store holds the host function's callable, and the callable holds this object. This object must not hold the
    store, because the references would form a cycle.
    """

    __slots__ = ("_module", "_owner")

    def __init__(self) -> None:
        #: The owner, the Python object that frees the shim's instance, of the calling instance. None if the host
        #: function has no calling instance.
        self._owner: Any = None
        #: The module of the calling instance. None if the host function has no calling instance.
        self._module: Module | None = None

    def set_instance(self, instance: Instance) -> None:
        """Sets the calling instance."""
        self._owner, self._module = instance._core_owner, instance.module

    def get(self, store: Store, name: str) -> Any:
        """Returns the API style's object for the export with this name.

        Returns None if the calling instance has no such export, or if the host function has no calling instance.
        """
        if self._module is None:
            return None
        index = self._module.export_positions.get(name)
        return None if index is None else export_at(store, self._owner, self._module, index)
