"""Memories through the buffer protocol."""

from __future__ import annotations

from typing import Any, ClassVar

from anywasm.core.memory import Memory
from anywasm.core.specialise import specialise


class Buffer:
    """All bytes of a memory, writable, of the size it has when the buffer is made.

    They stay where they are for as long as the buffer, or a memoryview or the like over it: the memory and its store
    may go, and may grow. On an engine that moves memories when they grow, the buffer then shows the bytes of before, as
    a buffer of a WebAssembly memory in JavaScript would be detached.
    """

    __slots__ = ()

    _fast_base: ClassVar[str] = "memory_buffer"
    _own_slots: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def _over(cls, memory: Memory) -> Any:
        """The buffer of a memory; the style's error where the engine cannot keep its bytes in place."""
        native = memory._native
        buffer = (native.classes.get(cls) or specialise(cls, native))._pinned(memory._address)
        return buffer if buffer is not None else memory._check(None)
