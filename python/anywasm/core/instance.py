"""Instances."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from anywasm.core.errors import Failure, Kind, take
from anywasm.core.extern import Extern, current_type_of
from anywasm.core.globals import Global
from anywasm.core.handle import Handle
from anywasm.core.importer import Importable, Importer
from anywasm.core.memory import Memory
from anywasm.core.module import Module
from anywasm.core.store import Store
from anywasm.core.table import Table
from anywasm.core.tag import Tag
from anywasm.core.types import ExternType, FuncType, GlobalType, MemoryType, TableType
from anywasm.core.values import slots


class Instance(Handle):
    """An instance of a module, with imports in the module's order, which live in the same store.

    Raises the style's error where an import does not fit, where the start function traps, and the very exception of a
    host function that the start function called.
    """

    def __init__(self, store: Store, module: Module, imports: Sequence[Importable]) -> None:
        self._store, self._module = store, module
        _check_home(store, module, imports)
        native, importer = store._native, Importer()
        given = [each.import_into(store, importer) for each in imports]
        # Without exports there is nothing that the start function's host calls could look for.
        deferred = importer.awaited and module.has_start and bool(module.export_list)
        compiled = module.deferred() if deferred else module
        raw = native.ffi.new("aw_extern *[]", given)
        ptr = native.lib.aw_instance_new(store._ptr, compiled._ptr, raw, len(given))
        if not ptr:
            raise _exception(store, module, given, take(native))
        super().__init__(native, store._face, ptr, native.lib.aw_instance_delete)
        importer.made(self)
        if deferred:
            self._start(len(module.export_list))

    @property
    def core_module(self) -> Module:
        """The module it was made from."""
        return self._module

    def export(self, index: int) -> Any:
        """The style's object for the export at this position of the module's order."""
        return export_at(self._store, self._ptr, self._module, index)

    def extern(self, index: int) -> Extern:
        """The core's object for the export at this position."""
        ptr = self._native.lib.aw_instance_export(self._ptr, index)
        return extern(self._store, ptr, self._module.export_list[index].type)

    def _start(self, index: int) -> None:
        start = self._store.owned(self._native.lib.aw_instance_export(self._ptr, index))
        self._check(self._native.lib.aw_func_call(start, slots(self._store, 0)))

    def _failure(self) -> BaseException:
        return self._store.exception(take(self._native))


def export_at(store: Store, instance: Any, module: Module, index: int) -> Any:
    """The style's object for an export, from the pointer to an instance of the module."""
    ptr = store._native.lib.aw_instance_export(instance, index)
    return store._face.wrap(extern(store, ptr, module.export_list[index].type))


def _check_home(store: Store, module: Module, imports: Sequence[Importable]) -> None:
    for each in imports:
        if not each.lives_in(store):
            raise _crossing(store, "Store")
    if module._engine is not store._engine:
        raise _crossing(store, "Engine")


def _crossing(store: Store, what: str) -> BaseException:
    return store._face.exception(Failure.of(Kind.STORE, f"cross-`{what}` instantiation is not currently supported"))


def _exception(store: Store, module: Module, given: Sequence[Any], failure: Failure) -> BaseException:
    index = failure.import_index
    if index < 0:
        return store.exception(failure)
    return store._face.link_error(module.import_list[index], current_type_of(store, given[index]), failure)


def extern(store: Store, ptr: Any, ty: ExternType) -> Extern:
    """The core's object for an extern of this type."""
    if isinstance(ty, FuncType):
        return store._face.func.of(store, ptr, ty)
    if isinstance(ty, GlobalType):
        return Global(store, ptr, ty)
    if isinstance(ty, TableType):
        return Table(store, ptr, ty)
    if isinstance(ty, MemoryType):
        return Memory(store, ptr, ty)
    return Tag(store, ptr, ty)
