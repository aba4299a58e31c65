"""Externs: what functions, memories, tables, globals and tags have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from anywasm.core import types
from anywasm.core.errors import ErrorKind, Failure, take_failure
from anywasm.core.store import Store, StoreObject

if TYPE_CHECKING:
    from anywasm.core.importer import InstanceCallbacks
    from anywasm.core.module import Module


class Extern(StoreObject):
    """An object in a store that has a type, and that can be imported and exported.

    Implements `Importable` (`core/importer.py`).
    """

    def _core_lives_in(self, store: Store) -> bool:
        """Whether the extern can be imported in this store."""
        return self._core_store is store

    def _core_check_import(self, module: Module, index: int) -> None:
        """Raises the style's error unless the extern fits the module's import at this position."""
        engine_module = self._core_engine_module
        if not engine_module.lib.aw_module_accepts(module._core_ptr, index, self._core_ptr):
            failure = take_failure(engine_module)
            if failure.kind is not ErrorKind.LINK:
                raise self._core_store._core_exception_for(failure)
            actual = type_with_current_size(self._core_store, self._core_ptr)
            raise self._core_style.link_error(module.import_list[index], actual, failure)

    def _core_as_extern(self, store: Store) -> Extern:
        """Returns the extern itself."""
        return self

    def _core_import_into(self, store: Store, callbacks: InstanceCallbacks) -> Any:
        """Returns the owner to import; raises the style's error if the extern lives in another store."""
        if self._core_store is not store:
            raise crossing(store, "Store")
        return self._core_owner


def crossing(store: Store, what: str) -> BaseException:
    """Returns the style's error for an instance of objects that belong to different engines or stores."""
    text = f"cross-`{what}` instantiation is not currently supported"
    return store._core_style.exception(Failure.of(ErrorKind.STORE, text))


def type_with_current_size(store: Store, ptr: Any) -> types.ExternType | None:
    """Returns what `type_of` returns, except that the minimum of a memory or table is its current size."""
    ty, lib = type_of(store, ptr), store._core_engine_module.lib
    if isinstance(ty, types.MemoryType):
        return ty._replace(minimum=lib.aw_memory_size(ptr) >> ty.page_size_log2)
    return ty._replace(minimum=lib.aw_table_size(ptr)) if isinstance(ty, types.TableType) else ty


def type_of(store: Store, ptr: Any) -> types.ExternType | None:
    """Returns the type of an extern; None for an opaque function reference."""
    raw = store._core_engine_module.ffi.new("aw_extern_type_info *")
    store._core_engine_module.lib.aw_extern_type(ptr, raw)
    return types.read(store._core_engine_module, raw)
