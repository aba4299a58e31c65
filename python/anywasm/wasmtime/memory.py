"""The class `Memory`, for linear memories."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Optional

from anywasm import core
from anywasm.wasmtime.argument_types import check_class, to_int
from anywasm.wasmtime.errors import MissingCapability, WasmtimeError
from anywasm.wasmtime.store import Storelike, check_store, context
from anywasm.wasmtime.types import MemoryType, type_from_core


class Memory:
    """A linear memory.

    >>> from anywasm.wasmtime import Limits, Memory, MemoryType, Store
    >>> store = Store()
    >>> memory = Memory(store, MemoryType(Limits(1, None)))
    >>> memory.write(store, b"abc", 10), memory.read(store, 10, 13)
    (3, bytearray(b'abc'))
    """

    # The slot `__dict__` lets programs add attributes. Objects stay small, because CPython creates the dictionary only
    # when a program adds an attribute.
    __slots__ = ("__dict__", "__weakref__", "_core_object")

    def __init__(self, store: Storelike, ty: MemoryType) -> None:
        core_store = context(store)
        check_class(ty, MemoryType)
        if ty.is_shared:
            raise WasmtimeError("shared memories must be created through `SharedMemory`")
        self._core_object = core.Memory.new(core_store, ty._core_object)

    @classmethod
    def _core_wrap(cls, extern: core.Memory) -> Memory:
        wrapper = cls.__new__(cls)
        wrapper._core_object = extern
        return wrapper

    def type(self, store: Storelike) -> MemoryType:
        """Returns the type of the memory, with the limits and the page size."""
        check_store(store, self._core_object)
        ty: MemoryType = type_from_core(self._core_object.type)
        return ty

    def size(self, store: Storelike) -> int:
        """Returns the size of the memory in pages."""
        check_store(store, self._core_object)
        return self._core_object.page_count()

    def data_len(self, store: Storelike) -> int:
        """Returns the size of the memory in bytes."""
        check_store(store, self._core_object)
        return self._core_object.byte_size()

    def page_size(self, store: Storelike) -> int:
        """Returns the size of a page in bytes."""
        return 1 << self.page_size_log2(store)

    def page_size_log2(self, store: Storelike) -> int:
        """Returns the base-2 logarithm of the size of a page in bytes."""
        check_store(store, self._core_object)
        return self._core_object.type.page_size_log2

    def grow(self, store: Storelike, delta: int) -> int:
        """Adds `delta` pages and returns the previous size in pages.

        Raises WasmtimeError if the new size is too large.
        """
        if delta < 0:
            raise WasmtimeError("cannot grow by negative amount")
        check_store(store, self._core_object)
        try:
            return self._core_object.grow(to_int(delta, 3))
        except (OverflowError, WasmtimeError) as error:
            if isinstance(error, MissingCapability):
                raise
            raise WasmtimeError(f"failed to grow memory by `{delta}`") from None

    def read(self, store: Storelike, start: Optional[int] = 0, stop: Optional[int] = None) -> bytearray:
        """Returns a copy of the bytes from `start` to `stop`. The indices have the meaning of a Python slice."""
        memory = self._core_object
        if store is not memory._core_store:
            check_store(store, memory)
        # Read before the call: CPython specializes a read of an instance's attribute, but not a call of one.
        fast_read = memory.fast_read
        copied = fast_read(start, stop)
        if copied is not None:
            return copied
        begin, end, _ = slice(start, stop).indices(memory.byte_size())
        return memory.read_array(begin, end - begin) if end > begin else bytearray()

    def write(self, store: Storelike, value: bytes | bytearray | Sequence[int], start: Optional[int] = None) -> int:
        """Writes bytes to the memory, from the index `start` on, and returns the number of bytes.

        Raises IndexError if the bytes do not fit.
        """
        memory = self._core_object
        if store is not memory._core_store:
            check_store(store, memory)
        # As in `read`, the attribute is read before the call, for speed.
        fast_write = memory.fast_write
        count = fast_write(0 if start is None else start, value)
        if count is not None:
            return count
        size = memory.byte_size()
        begin, _, _ = slice(start, None).indices(size)
        if begin >= size:
            raise IndexError("index out of range")
        contents = value if isinstance(value, (bytes, bytearray)) else bytearray(value)
        if begin + len(contents) > size:
            raise IndexError("index out of range")
        memory.write_bytes(begin, contents)
        return len(contents)

    def data_ptr(self, store: Storelike) -> Any:
        """Returns the address of the first byte, as a `ctypes.POINTER(c_ubyte)`.

        The pointer can be used for as many bytes as the memory has now.
        """
        import ctypes  # Imported only when needed, because the import takes long and few programs need ctypes.

        return ctypes.cast(self.get_buffer_ptr(store), ctypes.POINTER(ctypes.c_ubyte))

    def get_buffer_ptr(self, store: Storelike, size: Optional[int] = None, offset: int = 0) -> Any:
        """Returns a ctypes array of `c_ubyte` that shares the memory's bytes, from the byte `offset` on.

        `size` is the length of the array in bytes. By default, the array ends at the end of the memory.
        """
        import ctypes  # Imported only when needed, because the import takes long and few programs need ctypes.

        check_store(store, self._core_object)
        view = memoryview(core.Buffer._create(self._core_object))
        length = len(view) - offset if size is None else size
        return (ctypes.c_ubyte * length).from_buffer(view, offset)
