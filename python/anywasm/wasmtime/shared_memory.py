"""Memories that threads share."""

from __future__ import annotations

from typing import Any

from anywasm import core
from anywasm.wasmtime.engine import Engine
from anywasm.wasmtime.errors import WasmtimeError
from anywasm.wasmtime.managed import Managed
from anywasm.wasmtime.memory import Memory
from anywasm.wasmtime.types import MemoryType, of_core


class SharedMemory(Managed):
    """A memory of an engine, not of a store: instances in several stores can import it, and run at the same time.

    The engine must have been made with `Config.shared_memory`, the type with `shared` and a maximum.

    >>> from anywasm.wasmtime import Config, Engine, Limits, MemoryType, SharedMemory, WasmtimeError
    >>> try:
    ...     config = Config()
    ...     config.shared_memory = True
    ...     memory = SharedMemory(Engine(config), MemoryType(Limits(1, 2), shared=True))
    ...     assert memory.size() == 1
    ... except WasmtimeError as error:
    ...     assert "shared_memory" in str(error)  # an engine without
    """

    _memory: core.SharedMemory

    def __init__(self, engine: Engine, ty: MemoryType) -> None:
        if not isinstance(engine, Engine):
            raise TypeError("expected an Engine")
        if not isinstance(ty, MemoryType):
            raise TypeError("expected a MemoryType")
        engine._check_open()
        self._memory = core.SharedMemory.new(engine, ty._core)
        self._set_open()

    @classmethod
    def _of(cls, made: core.SharedMemory) -> SharedMemory:
        result = cls.__new__(cls)
        result._memory = made
        result._set_open()
        return result

    @classmethod
    def _or_memory(cls, made: core.Memory) -> Memory | SharedMemory:
        """What an instance exports; a `Memory` where the engine has no other form for a shared one."""
        shares = made.type.shared and "shared_memory" in made._core_store._core_engine._core_capabilities
        return cls._of(core.SharedMemory.from_export(made)) if shares else Memory._of(made)

    @property
    def _core(self) -> core.SharedMemory:
        self._check_open()
        return self._memory

    def type(self) -> MemoryType:
        """Its type."""
        result: MemoryType = of_core(self._core.type)
        return result

    def size(self) -> int:
        """In pages."""
        return self._core.page_count()

    def data_len(self) -> int:
        """In bytes."""
        return self._core.byte_size()

    def grow(self, delta: int) -> int:
        """Adds pages; gives the former size. WasmtimeError where that is too many."""
        memory = self._core
        if delta < 0:
            raise WasmtimeError("cannot grow by negative amount")
        try:
            return memory.grow(delta)
        except (OverflowError, WasmtimeError):
            raise WasmtimeError(f"failed to grow memory by `{delta}`") from None

    def data_ptr(self) -> Any:
        """The bytes as a `ctypes.POINTER(c_ubyte)`, good for `data_len` bytes and as long as the memory lives."""
        import ctypes

        pointer = ctypes.cast(self._core.address(), ctypes.POINTER(ctypes.c_ubyte))
        # Whoever holds the pointer holds the memory.
        pointer._memory = self._core  # type: ignore[attr-defined]
        return pointer

    def _delete(self) -> None:
        # Instances and pointers that have it keep it.
        del self._memory
