"""Instances."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from anywasm.core.errors import Failure, take
from anywasm.core.extern import Extern, crossing, type_with_current_size_of
from anywasm.core.globals import Global
from anywasm.core.importer import Importable, Waiting
from anywasm.core.memory import Memory
from anywasm.core.module import Module
from anywasm.core.store import Store, StoreObject
from anywasm.core.table import Table
from anywasm.core.tag import Tag
from anywasm.core.types import ExternType, FuncType, GlobalType, MemoryType, TableType
from anywasm.core.values import slots


class Instance(StoreObject):
    """An instance of a module, with imports in the module's order, which live in the same store.

    Raises the style's error where an import does not fit, where the start function traps, and the very exception of a
    host function that the start function called.
    """

    def __init__(self, store: Store, module: Module, imports: Sequence[Importable]) -> None:
        if module._engine is not store._engine:
            raise crossing(store, "Engine" if all(each.lives_in(store) for each in imports) else "Store")
        engine_module = store._engine_module
        waiting: Waiting = []
        given = [each.import_into(store, waiting) for each in imports]
        # Without exports there is nothing that the start function's host calls could look for.
        deferred = bool(waiting and module.has_start and module.export_list)
        compiled = module.deferred if deferred else module
        owner = engine_module.new_instance(store._owner, compiled._owner, given)
        if owner is None:
            raise _exception(store, module, given, take(engine_module))
        # As in `StoreObject`, which says why.
        self._store = store
        self._engine_module = engine_module
        self._style = store._style
        self._owner = owner
        self._module = module
        for tell in waiting:
            tell(self)
        if deferred:
            self._start(len(module.export_list))

    @property
    def core_module(self) -> Module:
        """The module it was made from."""
        return self._module

    def export(self, index: int) -> Any:
        """The style's object for the export at this position of the module's order."""
        return export_at(self._store, self._owner, self._module, index)

    def extern(self, index: int) -> Extern:
        """The core's object for the export at this position."""
        owner = self._engine_module.instance_export(self._owner, index)
        return extern(self._store, owner, self._module.export_list[index].type)

    def _start(self, index: int) -> None:
        start = Extern(self._store, self._engine_module.instance_export(self._owner, index))
        self._check(self._engine_module.lib.aw_func_call(start._ptr, slots(self._store, 0)))


def export_at(store: Store, instance: Any, module: Module, index: int) -> Any:
    """The style's object for an export, from the owner of an instance of the module."""
    owner = store._engine_module.instance_export(instance, index)
    return store._style.wrap(extern(store, owner, module.export_list[index].type))


def _exception(store: Store, module: Module, given: Sequence[Any], failure: Failure) -> BaseException:
    index = failure.import_index
    if index < 0:
        return store.core_exception(failure)
    actual = type_with_current_size_of(store, store._engine_module.pointer(given[index]))
    return store._style.link_error(module.import_list[index], actual, failure)


def extern(store: Store, owner: Any, ty: ExternType) -> Extern:
    """The core's object for an extern of this type."""
    if isinstance(ty, FuncType):
        return store._style.func.of(store, owner, ty)
    if isinstance(ty, GlobalType):
        return Global(store, owner, ty)
    if isinstance(ty, TableType):
        return Table(store, owner, ty)
    if isinstance(ty, MemoryType):
        return Memory(store, owner, ty)
    return Tag(store, owner, ty)
