"""Memories that threads share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from anywasm.core import types
from anywasm.core.engine import Engine
from anywasm.core.extern import Extern, crossing
from anywasm.core.memory import Memory
from anywasm.core.paged import Paged
from anywasm.core.store import Store
from anywasm.core.types import MemoryType

if TYPE_CHECKING:
    from anywasm.core.importer import InstanceCallbacks
    from anywasm.core.module import Module


class SharedMemory(Paged):
    """A memory that belongs to an engine. Instances in several stores can import it at once. Implements `Importable`.

    It never moves, and can grow but not shrink. Nothing orders the host's reads and writes relative to those of guests
    on other threads.
    """

    _size_call, _grow_call = "aw_shared_memory_size", "aw_shared_memory_grow"

    def __init__(self, engine: Engine, ptr: Any, ty: MemoryType) -> None:
        """Takes ownership of `ptr`; for NULL, raises the exception of the call that failed."""
        engine_module = engine._core_engine_module
        super().__init__(engine_module, engine._core_style, engine_module.own("shared_memory", ptr))
        self._engine, self._type = engine, ty

    @classmethod
    def new(cls, engine: Engine, ty: MemoryType) -> SharedMemory:
        """Creates a shared memory."""
        engine_module = engine._core_engine_module
        raw = types.write(engine_module, ty)
        return cls(engine, engine_module.lib.aw_shared_memory_new(engine._core_ptr, raw), ty)

    @classmethod
    def from_export(cls, memory: Memory) -> SharedMemory:
        """Returns the shared memory behind a memory that an instance exports."""
        ptr = memory._core_engine_module.lib.aw_shared_memory_of(memory._core_ptr)
        return cls(memory._core_store._core_engine, ptr, memory.type)

    def _core_lives_in(self, store: Store) -> bool:
        """Whether the memory can be imported in this store: whether both have the same engine."""
        return store._core_engine is self._engine

    def _core_check_import(self, module: Module, index: int) -> None:
        """Raises the style's error unless the memory fits the module's import at this position."""
        self._core_as_extern(Store(self._engine))._core_check_import(module, index)

    def _core_as_extern(self, store: Store) -> Extern:
        """Returns an extern for the memory in a store of its engine."""
        return Extern(store, self._owner_in(store))

    def _core_import_into(self, store: Store, callbacks: InstanceCallbacks) -> Any:
        """Returns the owner to import; raises the style's error if the store has another engine."""
        if not self._core_lives_in(store):
            raise crossing(store, "Store")
        return self._owner_in(store)

    def _owner_in(self, store: Store) -> Any:
        """Returns the owner of a new extern for the memory in a store."""
        ptr = self._core_engine_module.lib.aw_shared_memory_extern(self._core_ptr, store._core_ptr)
        return store._core_own_extern(ptr)

    def address(self) -> int:
        """Returns the address of the first byte, which never changes."""
        base = self._core_check(self._core_engine_module.lib.aw_shared_memory_data(self._core_ptr))
        return int(self._core_engine_module.ffi.cast("uintptr_t", base))
