"""Typed views of memories: the numbers in a memory's bytes.

`Elements` is the base of a style's view classes. An engine module's `MemoryElements` gives them the plain case
(src/glue/elements.c); a style adds `_get_slowly`, `_set_slowly` and `_delete`, with its own rules and errors.
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from anywasm.core.memory import Memory
from anywasm.core.specialise import specialise

Kind = TypeVar("Kind", bound="Elements")


class Elements:
    """A memory's elements of one format, from `offset` elements on. The length follows the memory when it grows."""

    __slots__ = ()

    _fast_base: ClassVar[str] = "memory_elements"
    _own_slots: ClassVar[tuple[str, ...]] = ("_memory", "_offset")
    #: The element's type, as the module `struct` writes it.
    _format: ClassVar[str]
    #: The same as bytes.
    _code: ClassVar[bytes]
    #: How many bytes an element takes.
    _width: ClassVar[int]
    _memory: Memory
    _offset: int
    #: From the engine module's `MemoryElements`.
    _bind: Callable[[Any, int, int, bytes], None]

    @classmethod
    def _over(cls: type[Kind], memory: Memory, offset: int) -> Kind:
        """The elements of a memory from `offset`, which may lie beyond its end, and is less than 2**64."""
        native = memory._native
        made: Kind = object.__new__(native.classes.get(cls) or specialise(cls, native))
        made._memory, made._offset = memory, offset
        # An offset that far out is beyond any memory's end, and stays so.
        made._bind(memory._address, min(offset, 1 << 56) * cls._width, cls._width, cls._code)
        return made

    def _count(self) -> int:
        """How many elements there are."""
        return max(self._memory.byte_size() // self._width - self._offset, 0)

    def _read_run(self, start: int, stop: int) -> memoryview:
        """A copy of the elements from `start` to `stop`, which are in range."""
        data = self._memory.read_array((self._offset + start) * self._width, (stop - start) * self._width)
        return memoryview(data).cast(self._format)  # type: ignore[call-overload, no-any-return]

    def _write_one(self, index: int, value: int | float) -> None:
        """Writes an element; `struct.error` or OverflowError where the value does not fit its type."""
        self._memory.write_bytes((self._offset + index) * self._width, struct.pack(f"<{self._format}", value))

    def _write_raw(self, start: int, data: Any) -> None:
        """Writes elements given as the bytes of a bytes-like object, in one go."""
        self._memory.write_bytes((self._offset + start) * self._width, data)


assert sys.byteorder == "little", "WebAssembly memories are little-endian, and so must the views' machine be"
