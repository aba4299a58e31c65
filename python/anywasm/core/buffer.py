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
    _core_own_slots: ClassVar[tuple[str, ...]] = ("_memory_owner",)
    #: The memory's owner, the Python object that frees the shim's memory object. This attribute does not hold the
    #: `Memory`, because a `Memory` refers to the store, and the store refers to all host functions. If a host function
    #: refers to an array over this buffer, the references would form a cycle. An array may belong to a class that
    #: Python's garbage collector cannot traverse, and then the cycle would never be freed.
    _memory_owner: Any
    #: A method of the engine module's `MemoryBuffer`. The argument is the address of the shim's memory object. Returns
    #: a new buffer over that memory, or None if the call fails.
    _pinned: Callable[[int], Any]

    @classmethod
    def _create(cls, memory: Memory) -> Any:
        """Creates a buffer over a memory.

        Raises the API style's error if the engine cannot keep the bytes at their address.
        """
        engine_module = memory._core_engine_module
        buffer = (engine_module.derived_classes.get(cls) or specialise(cls, engine_module))._pinned(memory._address)
        if buffer is None:
            return memory._core_check(None)
        buffer._memory_owner = memory._core_owner
        return buffer

    def _renew(self, address: int) -> Any:
        """Creates a new buffer over the memory, which has grown. Returns `self` if the store has been closed.

        `address` is the address of the shim's memory object. The C code (`src/glue/buffer.c`) calls this method.
        """
        buffer = self._pinned(address)
        if buffer is None:
            return self
        buffer._memory_owner = self._memory_owner
        return buffer
