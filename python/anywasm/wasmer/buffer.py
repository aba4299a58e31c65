"""The class of `Memory.buffer`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from anywasm import core
from anywasm.wasmer.sealed import Sealed


class Buffer(Sealed, core.Buffer):
    """A memory's bytes through the buffer protocol: writable, one-dimensional, of the size it has when they are asked
    for: one buffer serves a memory that grows.

    >>> from anywasm.wasmer import Buffer, Memory, MemoryType, Store
    >>> buffer = Memory(Store(), MemoryType(1)).buffer
    >>> isinstance(buffer, Buffer), len(bytearray(buffer))
    (True, 65536)
    """

    __slots__ = ()

    def __new__(cls, *_: Any, **__: Any) -> Any:
        raise TypeError("No constructor defined")

    if TYPE_CHECKING:  # The engine module's class has it; defined here it would hide that.

        def __buffer__(self, flags: int, /) -> memoryview: ...
