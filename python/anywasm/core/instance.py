"""Instances."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from anywasm.core.errors import Failure, take
from anywasm.core.extern import Extern, type_of
from anywasm.core.globals import Global
from anywasm.core.handle import Handle
from anywasm.core.memory import Memory
from anywasm.core.module import Module
from anywasm.core.store import Store
from anywasm.core.table import Table
from anywasm.core.types import ExternType, FuncType, GlobalType, MemoryType, TableType


class Instance(Handle):
    """An instance of a module, with imports in the module's order, which live in the same store.

    Raises the style's error where an import does not fit, where the start function traps, and the very exception of a
    host function that the start function called.
    """

    def __init__(self, store: Store, module: Module, imports: Sequence[Extern]) -> None:
        self._store, self._module = store, module
        native = store._native
        raw = native.ffi.new("aw_extern *[]", [extern._ptr for extern in imports])
        ptr = native.lib.aw_instance_new(store._ptr, module._ptr, raw, len(imports))
        if not ptr:
            raise _exception(store, module, imports, take(native))
        super().__init__(native, store._face, ptr, native.lib.aw_instance_delete)

    @property
    def core_module(self) -> Module:
        """The module it was made from."""
        return self._module

    def export(self, index: int) -> Any:
        """The style's object for the export at this position of the module's order."""
        ty = self._module.export_list[index].type
        ptr = self._check(self._native.lib.aw_instance_export(self._ptr, index))
        return self._face.wrap(extern(self._store, ptr, ty))

    def _failure(self) -> BaseException:
        return self._store.exception(take(self._native))


def _exception(store: Store, module: Module, imports: Sequence[Extern], failure: Failure) -> BaseException:
    if failure.import_index < 0:
        return store.exception(failure)
    asked, given = module.import_list[failure.import_index], imports[failure.import_index]
    return store._face.link_error(asked, type_of(store, given._ptr), failure)


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
    return Tag(store, ptr)


class Tag(Extern):
    """An exception tag: it can be exported and imported."""
