"""The class `SharedMemory`, for memories that threads share."""

from __future__ import annotations

from typing import Any

from anywasm import core
from anywasm.wasmtime.argument_types import check_class, to_int
from anywasm.wasmtime.engine import Engine, check_engine
from anywasm.wasmtime.errors import WasmtimeError
from anywasm.wasmtime.managed import Managed
from anywasm.wasmtime.memory import Memory
from anywasm.wasmtime.types import MemoryType, type_from_core


class SharedMemory(Managed):
    """A memory that instances in several stores can share. The instances may run at the same time, on several threads.

    A shared memory belongs to an engine. The constructor raises WasmtimeError unless the engine was created with
    `Config.shared_memory`, and the memory type has `shared` and a maximum size.

    >>> from anywasm.wasmtime import Config, Engine, Limits, MemoryType, SharedMemory, WasmtimeError
    >>> try:
    ...     config = Config()
    ...     config.shared_memory = True
    ...     memory = SharedMemory(Engine(config), MemoryType(Limits(1, 2), shared=True))
    ...     assert memory.size() == 1
    ... except WasmtimeError as error:
    ...     assert "shared_memory" in str(error)  # The engine lacks the capability.
    """

    _core_memory: core.SharedMemory

    def __init__(self, engine: Engine, ty: MemoryType) -> None:
        check_engine(engine)
        check_class(ty, MemoryType)
        self._core_memory = core.SharedMemory.new(engine, ty._core_object)
        self._core_set_open()

    @classmethod
    def _core_wrap(cls, memory: core.SharedMemory) -> SharedMemory:
        wrapper = cls.__new__(cls)
        wrapper._core_memory = memory
        wrapper._core_set_open()
        return wrapper

    @classmethod
    def _core_shared_or_plain(cls, extern: core.Memory) -> Memory | SharedMemory:
        """Creates a `SharedMemory` or a `Memory` for an exported memory.

        On an engine without the capability `shared_memory`, every memory is a `Memory`.
        """
        is_shared = extern.type.shared and "shared_memory" in extern._core_store._core_engine._core_capabilities
        return cls._core_wrap(core.SharedMemory.from_export(extern)) if is_shared else Memory._core_wrap(extern)

    @property
    def _core_object(self) -> core.SharedMemory:
        self._core_check_open()
        return self._core_memory

    def type(self) -> MemoryType:
        """Returns the type of the memory, with the limits and the page size."""
        ty: MemoryType = type_from_core(self._core_object.type)
        return ty

    def size(self) -> int:
        """Returns the size of the memory in pages."""
        return self._core_object.page_count()

    def data_len(self) -> int:
        """Returns the size of the memory in bytes."""
        return self._core_object.byte_size()

    def grow(self, delta: int) -> int:
        """Adds `delta` pages and returns the previous size in pages.

        Raises WasmtimeError if the new size is too large.
        """
        memory = self._core_object
        if delta < 0:
            raise WasmtimeError("cannot grow by negative amount")
        try:
            return memory.grow(to_int(delta, 2))
        except (OverflowError, WasmtimeError):
            raise WasmtimeError(f"failed to grow memory by `{delta}`") from None

    def data_ptr(self) -> Any:
        """Returns the address of the first byte, as a `ctypes.POINTER(c_ubyte)`.

        The pointer can be used for `data_len` bytes. The memory is not freed while the pointer object exists.
        """
        import ctypes  # Imported only when needed, because the import takes long and few programs need ctypes.

        pointer = ctypes.cast(self._core_object.address(), ctypes.POINTER(ctypes.c_ubyte))
        pointer._core_memory = self._core_object  # type: ignore[attr-defined]
        return pointer

    def _core_delete(self) -> None:
        # Instances and pointers own references to the `core.SharedMemory`, so they stay usable after this object is
        # closed.
        del self._core_memory
