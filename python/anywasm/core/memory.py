"""Memories of a store."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anywasm.core import types
from anywasm.core.collection import collect_unused_stores, has_freed_memory
from anywasm.core.errors import take_failure
from anywasm.core.extern import Extern
from anywasm.core.paged import Paged
from anywasm.core.store import Store
from anywasm.core.types import MemoryType


class Memory(Paged, Extern):
    """A linear memory in a store.

    The methods of this class copy bytes. For each copy, the shim acquires the lock of the store. A `Buffer` gives
    access to the bytes without a copy.
    """

    _size_function_name, _grow_function_name = "aw_memory_size", "aw_memory_grow"

    def __init__(self, store: Store, owner: Any, ty: MemoryType) -> None:
        super().__init__(store, owner)
        self._type = ty
        memory_bytes = self._core_engine_module.memory_bytes(owner)
        #: `fast_read(start, stop)` returns the bytes from `start` to `stop` as a bytearray. `fast_read` returns None if
        #: the arguments are not plain indices in range (`src/glue/memory.c`). After None, the caller uses the slow
        #: path: Python code that converts or refuses the arguments.
        self.fast_read: Callable[[Any, Any], bytearray | None] = memory_bytes.read
        #: `fast_write(start, data)` writes bytes and returns the number of bytes written. `fast_write` returns None if
        #: the caller must use the slow path, as for `fast_read`.
        self.fast_write: Callable[[Any, Any], int | None] = memory_bytes.write

    @classmethod
    def new(cls, store: Store, ty: MemoryType) -> Memory:
        """Creates a memory of type `ty` in a store."""
        raw = types.write(store._core_engine_module, ty)
        engine_module = store._core_engine_module
        ptr = engine_module.lib.aw_memory_new(store._core_ptr, raw)
        if not ptr:
            failure = take_failure(engine_module)
            if not has_freed_memory(engine_module, failure):
                raise store._core_exception_for(failure)
            ptr = engine_module.lib.aw_memory_new(store._core_ptr, raw)
        memory = cls(store, store._core_own_extern(ptr), ty)
        collect_unused_stores(engine_module)
        return memory

    def read_array(self, start: int, length: int) -> bytearray:
        """Returns `length` bytes, from the byte offset `start` on.

        Raises the API style's error if the range is not within the memory.
        """
        data = bytearray(length)
        buffer = self._core_engine_module.ffi.from_buffer(data)
        self._core_check(self._core_engine_module.lib.aw_memory_read(self._core_ptr, start, buffer, length))
        return data

    def write_bytes(self, start: int, data: Any) -> None:
        """Copies a bytes-like object into the memory, at the byte offset `start`.

        Raises the API style's error if the range is not within the memory.
        """
        raw = data if data.__class__ is bytes else self._core_engine_module.ffi.from_buffer(data)
        self._core_check(self._core_engine_module.lib.aw_memory_write(self._core_ptr, start, raw, len(raw)))
