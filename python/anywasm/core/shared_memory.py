"""Shared memories, which guests on several threads can use at the same time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from anywasm.core import types
from anywasm.core.engine import Engine
from anywasm.core.extern import Extern, crossing_error
from anywasm.core.memory import Memory
from anywasm.core.paged import Paged
from anywasm.core.store import Store
from anywasm.core.types import MemoryType

if TYPE_CHECKING:
    from anywasm.core.importer import InstanceCallbacks
    from anywasm.core.module import Module


class SharedMemory(Paged):
    """A memory that belongs to an engine, not to a store.

    Instances in several stores of the engine can import the same shared memory. The bytes of a shared memory never
    move. A shared memory can grow, but it cannot shrink. If guests on other threads use the memory at the same time,
    the order of the host's accesses and the guests' accesses is not defined.

    This class implements the interface `Importable` (`core/importer.py`).
    """

    _size_function_name, _grow_function_name = "aw_shared_memory_size", "aw_shared_memory_grow"

    def __init__(self, engine: Engine, ptr: Any, ty: MemoryType) -> None:
        """Takes ownership of `ptr`, a pointer to a new `aw_shared_memory`.

        Raises the API style's exception for the failed call if `ptr` is NULL.
        """
        engine_module = engine._core_engine_module
        super().__init__(engine_module, engine._core_style, engine_module.own("shared_memory", ptr))
        self._engine, self._type = engine, ty

    @classmethod
    def new(cls, engine: Engine, ty: MemoryType) -> SharedMemory:
        """Creates a shared memory of type `ty`, which belongs to `engine`."""
        engine_module = engine._core_engine_module
        raw_type = types.write(engine_module, ty)
        return cls(engine, engine_module.lib.aw_shared_memory_new(engine._core_ptr, raw_type), ty)

    @classmethod
    def from_export(cls, memory: Memory) -> SharedMemory:
        """Returns the shared memory that an instance exports as `memory`.

        Raises the API style's error if `memory` is not shared.
        """
        ptr = memory._core_engine_module.lib.aw_shared_memory_of(memory._core_ptr)
        return cls(memory._core_store._core_engine, ptr, memory.type)

    def _core_lives_in(self, store: Store) -> bool:
        """Returns whether instances in `store` can import the memory: whether store and memory have the same engine."""
        return store._core_engine is self._engine

    def _core_check_import(self, module: Module, index: int) -> None:
        """Raises the API style's error unless the memory's type matches the module's import at `index`."""
        # The check needs an extern, and an extern needs a store. So this method creates a store only for the check.
        self._core_as_extern(Store(self._engine))._core_check_import(module, index)

    def _core_as_extern(self, store: Store) -> Extern:
        """Returns a new extern for the memory in `store`. The store and the memory have the same engine."""
        return Extern(store, self._owner_in(store))

    def _core_import_into(self, store: Store, callbacks: InstanceCallbacks) -> Any:
        """Returns the owner, the Python object that frees the shim's extern, of a new extern to import.

        Raises the API style's error if the store has another engine than the memory.
        """
        if not self._core_lives_in(store):
            raise crossing_error(store, "Store")
        return self._owner_in(store)

    def _owner_in(self, store: Store) -> Any:
        """Creates an extern for the memory in a store. Returns the extern's owner, the object that frees the extern."""
        ptr = self._core_engine_module.lib.aw_shared_memory_extern(self._core_ptr, store._core_ptr)
        return store._core_own_extern(ptr)

    def address(self) -> int:
        """Returns the address of the memory's first byte. The address never changes."""
        first_byte = self._core_check(self._core_engine_module.lib.aw_shared_memory_data(self._core_ptr))
        return int(self._core_engine_module.ffi.cast("uintptr_t", first_byte))
