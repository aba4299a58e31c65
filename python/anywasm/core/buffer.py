"""Memories through Python's buffer protocol."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from anywasm.core.memory import Memory
from anywasm.core.specialise import specialise


class Buffer:
    """All bytes of a memory, writable, through the buffer protocol. Each style that has buffers has a subclass.

    A memoryview of a buffer has the memory's size at the time when the memoryview is created. It keeps its bytes valid
    and in place: the memory may grow, and the memory and its store may be dropped or closed.

    Some engines move a memory when it grows. Then an older memoryview shows the bytes as they were before, like a
    detached buffer of a WebAssembly memory in JavaScript. A new memoryview of the same `Buffer` shows the current
    bytes.
    """

    __slots__ = ()

    _core_fast_base: ClassVar[str] = "memory_buffer"
    _core_own_slots: ClassVar[tuple[str, ...]] = ("_memory",)
    #: The owner of the memory. Not the `Memory`, which refers to the store and so to all its host functions: an array
    #: over a buffer may be of a class that Python's garbage collector cannot look into.
    _memory: Any
    #: A method of the engine module's `MemoryBuffer`: creates a buffer over the memory at an address (that of the
    #: shim's object), or returns None if that fails.
    _pinned: Callable[[int], Any]

    @classmethod
    def _over(cls, memory: Memory) -> Any:
        """Creates the buffer of a memory; the style's error if the engine cannot keep the bytes in place."""
        engine_module = memory._core_engine_module
        buffer = (engine_module.classes.get(cls) or specialise(cls, engine_module))._pinned(memory._address)
        if buffer is None:
            return memory._core_check(None)
        buffer._memory = memory._core_owner
        return buffer

    def _anew(self, address: int) -> Any:
        """Creates a buffer of the memory after it has grown. Returns `self` if the store has been closed.

        The C code calls this method (`src/glue/buffer.c`).
        """
        buffer = self._pinned(address)
        if buffer is None:
            return self
        buffer._memory = self._memory
        return buffer
