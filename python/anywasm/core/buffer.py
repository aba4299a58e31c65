"""Access to memories through Python's buffer protocol."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from anywasm.core.memory import Memory
from anywasm.core.specialise import specialise


class Buffer:
    """A writable view of all bytes of a memory, for the buffer protocol. Each API style that has buffers has a
    subclass.

    A memoryview of a buffer has the size that the memory has when the memoryview is created. The bytes of a memoryview
    stay valid and stay at their address as long as the memoryview exists, even if the memory grows, or if the program
    frees the memory or closes the store.

    Some engines move a memory when the memory grows. After such a move, an older memoryview shows the bytes as they
    were before the move, like a detached buffer of a WebAssembly memory in JavaScript. A new memoryview of the same
    `Buffer` shows the current bytes.
    """

    __slots__ = ()

    _core_fast_base: ClassVar[str] = "memory_buffer"
    _core_own_slots: ClassVar[tuple[str, ...]] = ()
    #: A class method of the engine module's `MemoryBuffer`. The argument is the owner of the shim's memory object.
    #: Returns a new buffer over that memory, or None if the call fails.
    _core_pinned: Callable[[Any], Any]

    @classmethod
    def _create(cls, memory: Memory) -> Any:
        """Creates a buffer over a memory.

        Raises the API style's error if the engine cannot keep the bytes at their address.
        """
        engine_module = memory._core_engine_module
        derived = engine_module.derived_classes.get(cls) or specialise(cls, engine_module)
        buffer = derived._core_pinned(memory._core_owner)
        return memory._core_check(None) if buffer is None else buffer

    def _renew(self, owner: Any) -> Any:
        """Creates a new buffer over the memory, which has grown. Returns `self` if the store has been closed.

        `owner` is the owner of the shim's memory object. The C code (`src/glue/buffer.c`) calls this method.
        """
        buffer = self._core_pinned(owner)
        return self if buffer is None else buffer
