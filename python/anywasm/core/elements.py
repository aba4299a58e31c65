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
    #: How many bytes an element takes.
    bytes_per_element: ClassVar[int]
    _memory: Memory
    _offset: int
    #: From the engine module's `MemoryElements`.
    _bind: Callable[[int, int, str], None]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "_format" in vars(cls):
            cls.bytes_per_element = struct.calcsize(f"<{cls._format}")

    @classmethod
    def _over(cls: type[Kind], memory: Memory, offset: int) -> Kind:
        """The elements of a memory from `offset`, which may lie beyond its end, and is less than 2**64."""
        engine_module = memory._engine_module
        made: Kind = object.__new__(engine_module.classes.get(cls) or specialise(cls, engine_module))
        made._memory, made._offset = memory, offset
        made._bind(memory._address, offset, cls._format)
        return made

    def _count(self) -> int:
        """How many elements there are."""
        return max(self._memory.byte_size() // self.bytes_per_element - self._offset, 0)

    def _at(self, index: int) -> int:
        """Where in the memory an element is."""
        return (self._offset + index) * self.bytes_per_element

    def _read_run(self, start: int, stop: int) -> memoryview:
        """A copy of the elements from `start` to `stop`, which are in range."""
        data = self._memory.read_array(self._at(start), (stop - start) * self.bytes_per_element)
        return memoryview(data).cast(self._format)  # type: ignore[call-overload, no-any-return]

    def _write_one(self, index: int, value: int | float) -> None:
        """Writes an element; `struct.error` or OverflowError where the value does not fit its type."""
        self._memory.write_bytes(self._at(index), struct.pack(f"<{self._format}", value))

    def _write_raw(self, start: int, data: Any) -> None:
        """Writes elements given as the bytes of a bytes-like object, in one go."""
        self._memory.write_bytes(self._at(start), data)


assert sys.byteorder == "little", "WebAssembly memories are little-endian, and so must the views' machine be"
