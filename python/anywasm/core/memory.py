"""Memories: their bytes, and views of them."""

from __future__ import annotations

from typing import Any

from anywasm.core import types
from anywasm.core.extern import Extern
from anywasm.core.store import Store
from anywasm.core.types import MemoryType

_FAILED = 0xFFFF_FFFF_FFFF_FFFF


class Memory(Extern):
    """A linear memory.

    Bytes are copied by the shim, with the store entered; a `view` shows them where they are, and keeps that place alive
    even when the memory has moved on.
    """

    def __init__(self, store: Store, ptr: Any, ty: MemoryType) -> None:
        super().__init__(store, ptr)
        self._type = ty
        stable = "stable_memory" in self._native.capabilities and not ty.memory64
        #: Where the bytes are, for good; None where they may move.
        self._base = self._check(self._native.lib.aw_memory_data(self._ptr)) if stable else None

    @classmethod
    def new(cls, store: Store, ty: MemoryType) -> Memory:
        """A new memory."""
        return cls(store, store._native.lib.aw_memory_new(store._ptr, types.write(store._native, ty)), ty)

    @property
    def type(self) -> MemoryType:
        """Its type, with the sizes it was made with."""
        return self._type

    @property
    def viewable(self) -> bool:
        """Whether `view` works: the engine keeps what a buffer shows, and the memory's addresses are 32 bits wide."""
        return "views" in self._native.capabilities and not self._type.memory64

    def byte_size(self) -> int:
        """How many bytes it has."""
        size: int = self._native.lib.aw_memory_size(self._ptr)
        if size == _FAILED:
            raise self._failure()
        return size

    def page_count(self) -> int:
        """How many pages it has."""
        return self.byte_size() >> self._type.page_size_log2

    def grow(self, delta: int) -> int:
        """Adds `delta` pages; gives the former number of pages. The style's error where that is too many."""
        pages: int = self._native.lib.aw_memory_grow(self._ptr, delta)
        if pages == _FAILED:
            raise self._failure()
        return pages

    def read_array(self, start: int, length: int) -> bytearray:
        """`length` bytes from `start`; the style's error where the range is not within `byte_size`."""
        data = bytearray(length)
        ffi = self._native.ffi
        self._check(self._native.lib.aw_memory_read(self._ptr, start, ffi.from_buffer(data), length))
        return data

    def write_bytes(self, start: int, data: Any) -> None:
        """Copies any bytes-like object to `start`; the style's error where it does not fit."""
        raw = data if data.__class__ is bytes else self._native.ffi.from_buffer(data)
        self._check(self._native.lib.aw_memory_write(self._ptr, start, raw, len(raw)))

    def address(self) -> int:
        """Where the bytes are now."""
        base = self._base if self._base is not None else self._check(self._native.lib.aw_memory_data(self._ptr))
        return int(self._native.ffi.cast("uintptr_t", base))

    def view(self) -> memoryview:
        """All bytes as a writable buffer, of the size they have now; it keeps the memory and its store alive.

        On an engine that moves memories when they grow, the place is kept until the buffer goes: it then shows the
        bytes of before, as a buffer of a WebAssembly memory in JavaScript would be detached.
        """
        ffi, lib = self._native.ffi, self._native.lib
        size = self.byte_size()
        base = self._check(lib.aw_memory_pin(self._ptr))

        def unpin(pointer: object, held: Memory = self) -> None:
            lib.aw_memory_unpin(held._ptr, base)

        return memoryview(ffi.buffer(ffi.gc(base, unpin), size))
