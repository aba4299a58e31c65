"""Views of a memory that stay good whatever the memory does."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from anywasm.core.memory import Memory


def pinned(memory: Memory) -> memoryview:
    """All bytes of a memory as a buffer, of the size it has now.

    The buffer holds the memory. On an engine that moves memories when they grow, the place is kept until the buffer
    goes: it then shows the bytes of before, as a buffer of a WebAssembly memory in JavaScript would be detached.
    """
    ffi, lib = memory._native.ffi, memory._native.lib
    size = memory.byte_size()
    base = memory._check(lib.aw_memory_pin(memory._ptr))

    def unpin(pointer: object, held: Memory = memory) -> None:
        lib.aw_memory_unpin(base)

    return memoryview(ffi.buffer(ffi.gc(base, unpin), size))
