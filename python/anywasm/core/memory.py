"""Memories: their bytes, and views of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anywasm.core import types
from anywasm.core.extern import Extern
from anywasm.core.paged import Paged
from anywasm.core.store import Store
from anywasm.core.types import MemoryType


class Memory(Paged, Extern):
    """A linear memory.

    Bytes are copied by the shim, with the store entered. What shows them where they are is a `Buffer`.
    """

    _size_call, _grow_call = "aw_memory_size", "aw_memory_grow"

    def __init__(self, store: Store, owner: Any, ty: MemoryType) -> None:
        super().__init__(store, owner)
        self._type = ty
        self._address: int = owner.address
        fast = self._engine_module.memory_bytes()
        fast._bind(self._address)
        #: `fast_read(start, stop)` gives a bytearray, `fast_write(start, data)` the number of bytes written. They do
        #: the plain case (src/glue/memory.c), and give None otherwise.
        self.fast_read: Callable[[Any, Any], bytearray | None] = fast.read
        self.fast_write: Callable[[Any, Any], int | None] = fast.write

    @classmethod
    def new(cls, store: Store, ty: MemoryType) -> Memory:
        """A new memory."""
        return cls(
            store,
            store.owned(store._engine_module.lib.aw_memory_new(store._ptr, types.write(store._engine_module, ty))),
            ty,
        )

    def read_array(self, start: int, length: int) -> bytearray:
        """`length` bytes from `start`; the style's error where the range is not within `byte_size`."""
        data = bytearray(length)
        ffi = self._engine_module.ffi
        self._check(self._engine_module.lib.aw_memory_read(self._ptr, start, ffi.from_buffer(data), length))
        return data

    def write_bytes(self, start: int, data: Any) -> None:
        """Copies any bytes-like object to `start`; the style's error where it does not fit."""
        raw = data if data.__class__ is bytes else self._engine_module.ffi.from_buffer(data)
        self._check(self._engine_module.lib.aw_memory_write(self._ptr, start, raw, len(raw)))
