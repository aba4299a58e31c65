"""The class of `Memory.buffer`."""

from __future__ import annotations

from typing import Any


class _BufferClass(type):
    """Pure Python cannot make a buffer before 3.12, so that buffers are memoryviews, and count as `Buffer`s."""

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, memoryview)


class Buffer(metaclass=_BufferClass):
    """A memory's bytes through the buffer protocol: writable, one-dimensional, of the size they have when it is made.

    >>> from anywasm.wasmer import Buffer, Memory, MemoryType, Store
    >>> buffer = Memory(Store(), MemoryType(1)).buffer
    >>> isinstance(buffer, Buffer), len(bytearray(buffer))
    (True, 65536)
    """

    def __init__(self) -> None:
        raise TypeError("No constructor defined")
