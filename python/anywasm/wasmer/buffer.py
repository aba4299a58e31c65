"""The class `Buffer`, the class of `Memory.buffer`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from anywasm import core
from anywasm.wasmer.sealed import Sealed


class Buffer(Sealed, core.Buffer):
    """The bytes of a memory, through Python's buffer protocol. They are writable and one-dimensional.

    A memoryview of this object has the size that the memory has at that moment. So the same `Buffer` can be used again
    after the memory has grown.

    >>> from anywasm.wasmer import Buffer, Memory, MemoryType, Store
    >>> buffer = Memory(Store(), MemoryType(1)).buffer
    >>> isinstance(buffer, Buffer), len(bytearray(buffer))
    (True, 65536)
    """

    __slots__ = ()

    def __new__(cls, *_: Any, **__: Any) -> Any:
        raise TypeError("No constructor defined")

    # The engine module's class defines this method. A definition here would hide it, so only type checkers see this.
    if TYPE_CHECKING:

        def __buffer__(self, flags: int, /) -> memoryview: ...
