"""Memories through the buffer protocol."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from anywasm.core.memory import Memory
from anywasm.core.specialise import specialise


class Buffer:
    """All bytes of a memory, writable, of the size that it has when they are asked for.

    A memoryview or the like over it keeps them where they are: the memory and its store may go, and may grow. On an
    engine that moves memories when they grow, it then shows the bytes of before, as a buffer of a WebAssembly memory in
    JavaScript would be detached; the next one over the same `Buffer` shows those of now.
    """

    __slots__ = ()

    _fast_base: ClassVar[str] = "memory_buffer"
    _own_slots: ClassVar[tuple[str, ...]] = ("_memory",)
    #: The owner, which keeps the memory but not the `Memory`: that leads to all host functions of the store, and
    #: arrays over a buffer may be of kinds that Python's garbage collector cannot see through.
    _memory: Any
    #: From the engine module's `MemoryBuffer`: a buffer over the memory at an address, None where that failed.
    _pinned: Callable[[int], Any]

    @classmethod
    def _over(cls, memory: Memory) -> Any:
        """The buffer of a memory; the style's error where the engine cannot keep its bytes in place."""
        engine_module = memory._engine_module
        buffer = (engine_module.classes.get(cls) or specialise(cls, engine_module))._pinned(memory._address)
        if buffer is None:
            return memory._check(None)
        buffer._memory = memory._owner
        return buffer

    def _anew(self, address: int) -> Any:
        """The buffer of the memory after it has grown; itself where its store was closed meanwhile."""
        buffer = self._pinned(address)
        if buffer is None:
            return self
        buffer._memory = self._memory
        return buffer
