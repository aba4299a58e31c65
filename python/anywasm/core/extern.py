"""Externs: the common base class of functions, memories, tables, globals and tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from anywasm.core import types
from anywasm.core.errors import ErrorKind, Failure, take_failure
from anywasm.core.store import Store, StoreObject

if TYPE_CHECKING:
    from anywasm.core.importer import InstanceCallbacks
    from anywasm.core.module import Module


class Extern(StoreObject):
    """An object of a store that instances can import and export.

    This class implements the interface `Importable` (`core/importer.py`).
    """

    def _core_lives_in(self, store: Store) -> bool:
        """Returns whether instances in `store` can import the extern."""
        return self._core_store is store

    def _core_check_import(self, module: Module, index: int) -> None:
        """Raises the API style's error unless the extern's type matches the module's import at `index`."""
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
        """Returns the owner, the Python object that frees the shim's extern.

        Raises the API style's error if the extern lives in another store.
        """
        if self._core_store is not store:
            raise crossing_error(store, "Store")
        return self._core_owner


def crossing_error(store: Store, boundary: str) -> BaseException:
    """Returns the API style's error for an instantiation with objects of different engines or of different stores.

    `boundary` is `Engine` or `Store`.
    """
    text = f"cross-`{boundary}` instantiation is not currently supported"
    return store._core_style.exception(Failure.of(ErrorKind.STORE, text))


def type_with_current_size(store: Store, ptr: Any) -> types.ExternType | None:
    """Returns the type of an extern, as `type_of` does. The type's minimum is the current size of a memory or table."""
    ty, lib = type_of(store, ptr), store._core_engine_module.lib
    if isinstance(ty, types.MemoryType):
        return ty._replace(minimum=lib.aw_memory_size(ptr) >> ty.page_size_log2)
    return ty._replace(minimum=lib.aw_table_size(ptr)) if isinstance(ty, types.TableType) else ty


def type_of(store: Store, ptr: Any) -> types.ExternType | None:
    """Returns the type of an extern. Returns None for a function reference whose type the engine does not report."""
    raw = store._core_engine_module.ffi.new("aw_extern_type_info *")
    store._core_engine_module.lib.aw_extern_type(ptr, raw)
    return types.read(store._core_engine_module, raw)
