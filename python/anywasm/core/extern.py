"""What functions, memories, tables and globals have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from anywasm.core import types
from anywasm.core.errors import ErrorKind, Failure, take
from anywasm.core.store import Store, StoreObject

if TYPE_CHECKING:
    from anywasm.core.importer import Waiting
    from anywasm.core.module import Module


class Extern(StoreObject):
    """Something that lives in a store, can be imported and exported, and has a type."""

    def lives_in(self, store: Store) -> bool:
        """Whether it can be imported in this store."""
        return self._store is store

    def check_import(self, module: Module, index: int) -> None:
        """Raises the style's error unless it is what the module's import at this position asks for."""
        engine_module = self._engine_module
        if not engine_module.lib.aw_module_accepts(module._ptr, index, self._ptr):
            failure = take(engine_module)
            if failure.kind is not ErrorKind.LINK:
                raise self._store.core_exception(failure)
            raise self._style.link_error(
                module.import_list[index], type_with_current_size_of(self._store, self._ptr), failure
            )

    def as_extern(self, store: Store) -> Extern:
        """Itself."""
        return self

    def import_into(self, store: Store, waiting: Waiting) -> Any:
        """What to import it by; the style's error in another store than its own."""
        if self._store is not store:
            raise crossing(store, "Store")
        return self._owner


def crossing(store: Store, what: str) -> BaseException:
    """The style's error for an instance of things that do not belong together."""
    return store._style.exception(
        Failure.of(ErrorKind.STORE, f"cross-`{what}` instantiation is not currently supported")
    )


def type_with_current_size_of(store: Store, ptr: Any) -> types.ExternType | None:
    """As `type_of`, with the size that a memory or table has now as its smallest."""
    ty, lib = type_of(store, ptr), store._engine_module.lib
    if isinstance(ty, types.MemoryType):
        return ty._replace(minimum=lib.aw_memory_size(ptr) >> ty.page_size_log2)
    return ty._replace(minimum=lib.aw_table_size(ptr)) if isinstance(ty, types.TableType) else ty


def type_of(store: Store, ptr: Any) -> types.ExternType | None:
    """The type of an extern; None for an opaque function reference."""
    raw = store._engine_module.ffi.new("aw_extern_type_info *")
    store._engine_module.lib.aw_extern_type(ptr, raw)
    return types.read(store._engine_module, raw)
