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
    from anywasm.core.importer import Waiting
    from anywasm.core.module import Module


class SharedMemory(Paged):
    """A memory that belongs to an engine, and that instances in several stores can import at once.

    It never moves, and only grows. Nothing orders the host's reads and writes with those of guests on other threads.
    """

    _size_call, _grow_call = "aw_shared_memory_size", "aw_shared_memory_grow"

    def __init__(self, engine: Engine, ptr: Any, ty: MemoryType) -> None:
        super().__init__(engine.engine_module, engine.style, engine.engine_module.own("shared_memory", ptr))
        self._engine, self._type = engine, ty

    @classmethod
    def new(cls, engine: Engine, ty: MemoryType) -> SharedMemory:
        """A new shared memory."""
        raw = types.write(engine.engine_module, ty)
        return cls(engine, engine.engine_module.lib.aw_shared_memory_new(engine._ptr, raw), ty)

    @classmethod
    def behind(cls, memory: Memory) -> SharedMemory:
        """The shared memory that an instance exports."""
        return cls(
            memory.core_store.core_engine, memory._engine_module.lib.aw_shared_memory_of(memory._ptr), memory.type
        )

    def lives_in(self, store: Store) -> bool:
        """Whether it can be imported in this store."""
        return store.core_engine is self._engine

    def check_import(self, module: Module, index: int) -> None:
        """Raises the style's error unless it is what the module's import at this position asks for."""
        self.as_extern(Store(self._engine)).check_import(module, index)

    def as_extern(self, store: Store) -> Extern:
        """What it is in a store of its engine."""
        return Extern(store, self._extern_in(store))

    def import_into(self, store: Store, waiting: Waiting) -> Any:
        """What to import it by; the style's error in a store of another engine."""
        if not self.lives_in(store):
            raise crossing(store, "Store")
        return self._extern_in(store)

    def _extern_in(self, store: Store) -> Any:
        return store.owned(self._engine_module.lib.aw_shared_memory_extern(self._ptr, store._ptr))

    def address(self) -> int:
        """Where the bytes are, for good."""
        base = self._check(self._engine_module.lib.aw_shared_memory_data(self._ptr))
        return int(self._engine_module.ffi.cast("uintptr_t", base))
