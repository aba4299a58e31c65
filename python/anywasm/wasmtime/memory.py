"""Memories."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any, Optional

from anywasm import core
from anywasm.wasmtime.errors import MissingCapability, WasmtimeError
from anywasm.wasmtime.store import Storelike, check_store
from anywasm.wasmtime.types import MemoryType, of_core


class Memory:
    """A linear memory.

    >>> from anywasm.wasmtime import Limits, Memory, MemoryType, Store
    >>> store = Store()
    >>> memory = Memory(store, MemoryType(Limits(1, None)))
    >>> memory.write(store, b"abc", 10), memory.read(store, 10, 13)
    (3, bytearray(b'abc'))
    """

    # Programs may add attributes; they need no dictionary until they do.
    __slots__ = ("__dict__", "__weakref__", "_core")

    def __init__(self, store: Storelike, ty: MemoryType) -> None:
        if not isinstance(ty, MemoryType):
            raise TypeError("expected a MemoryType")
        if ty.is_shared:
            raise WasmtimeError("shared memories must be created through `SharedMemory`")
        self._core = core.Memory.new(store._context(), ty._core)

    @classmethod
    def _of(cls, made: core.Memory) -> Memory:
        result = cls.__new__(cls)
        result._core = made
        return result

    def type(self, store: Storelike) -> MemoryType:
        """Its type."""
        check_store(store, self._core)
        result: MemoryType = of_core(self._core.type)
        return result

    def size(self, store: Storelike) -> int:
        """In pages."""
        check_store(store, self._core)
        return self._core.page_count()

    def data_len(self, store: Storelike) -> int:
        """In bytes."""
        check_store(store, self._core)
        return self._core.byte_size()

    def page_size(self, store: Storelike) -> int:
        """A page's size in bytes."""
        return 1 << self.page_size_log2(store)

    def page_size_log2(self, store: Storelike) -> int:
        """Base-2 logarithm of a page's size."""
        check_store(store, self._core)
        return self._core.type.page_size_log2

    def grow(self, store: Storelike, delta: int) -> int:
        """Adds pages; gives the former size. WasmtimeError where that is too many."""
        check_store(store, self._core)
        if delta < 0:
            raise WasmtimeError("cannot grow by negative amount")
        try:
            return self._core.grow(operator.index(delta))
        except (OverflowError, WasmtimeError) as error:
            if isinstance(error, MissingCapability):
                raise
            raise WasmtimeError(f"failed to grow memory by `{delta}`") from None

    def read(self, store: Storelike, start: Optional[int] = 0, stop: Optional[int] = None) -> bytearray:
        """The bytes from `start` to `stop`, as slices of a list go: negative from the end, beyond it cut off."""
        core = self._core
        if store is not core._core_store:
            check_store(store, core)
        found = core.fast_read(start, stop)
        if found is not None:
            return found
        begin, end, _ = slice(start, stop).indices(core.byte_size())
        return core.read_array(begin, end - begin) if end > begin else bytearray()

    def write(self, store: Storelike, value: bytes | bytearray | Sequence[int], start: Optional[int] = None) -> int:
        """Writes bytes from `start` on; gives how many. IndexError where they do not fit."""
        core = self._core
        if store is not core._core_store:
            check_store(store, core)
        written = core.fast_write(0 if start is None else start, value)
        if written is not None:
            return written
        size = core.byte_size()
        begin, _, _ = slice(start, None).indices(size)
        if begin >= size:
            raise IndexError("index out of range")
        data = value if isinstance(value, (bytes, bytearray)) else bytearray(value)
        if begin + len(data) > size:
            raise IndexError("index out of range")
        core.write_bytes(begin, data)
        return len(data)

    def data_ptr(self, store: Storelike) -> Any:
        """The bytes as a `ctypes.POINTER(c_ubyte)`, good for the size the memory has now."""
        import ctypes

        return ctypes.cast(self.get_buffer_ptr(store), ctypes.POINTER(ctypes.c_ubyte))

    def get_buffer_ptr(self, store: Storelike, size: Optional[int] = None, offset: int = 0) -> Any:
        """The bytes as a ctypes array of `c_ubyte`, which shares them."""
        import ctypes

        check_store(store, self._core)
        view = memoryview(core.Buffer._over(self._core))
        length = len(view) - offset if size is None else size
        return (ctypes.c_ubyte * length).from_buffer(view, offset)
