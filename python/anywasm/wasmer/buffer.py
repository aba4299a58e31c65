"""Defines the class `Buffer`. The property `Memory.buffer` returns objects of this class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from anywasm import core
from anywasm.wasmer.sealed import Sealed


class Buffer(Sealed, core.Buffer):
    """The bytes of a memory, through Python's buffer protocol. The buffer is writable and one-dimensional.

    The size of a memoryview is the size of the memory when the memoryview is made. After the memory has grown, the
    program can make a new memoryview from the same `Buffer`.

    >>> from anywasm.wasmer import Buffer, Memory, MemoryType, Store
    >>> buffer = Memory(Store(), MemoryType(1)).buffer
    >>> isinstance(buffer, Buffer), len(bytearray(buffer))
    (True, 65536)
    """

    __slots__ = ()

    def __new__(cls, *_: Any, **__: Any) -> Any:
        raise TypeError("No constructor defined")

    # The C class in the engine module defines `__buffer__`. A Python definition would hide the C method, so only type
    # checkers see this declaration.
    if TYPE_CHECKING:

        def __buffer__(self, flags: int, /) -> memoryview: ...
