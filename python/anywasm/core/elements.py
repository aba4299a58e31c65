"""Typed views of memories: sequences of numbers over a memory's bytes.

`Elements` is the base of a style's view classes. The engine module's `MemoryElements` reads and writes elements in the
plain cases (`src/glue/elements.c`). In all other cases it calls the methods `_get_slowly`, `_set_slowly` and `_delete`
of the style's class, which has the style's rules and errors.
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from anywasm.core.memory import Memory
from anywasm.core.specialise import specialise

ElementsT = TypeVar("ElementsT", bound="Elements")


class Elements:
    """The elements of one format in a memory, from `offset` elements on. The length follows the memory as it grows."""

    __slots__ = ()

    _core_fast_base: ClassVar[str] = "memory_elements"
    _core_own_slots: ClassVar[tuple[str, ...]] = ("_memory", "_offset")
    #: The element's type, as a format character of the module `struct`.
    _format: ClassVar[str]
    #: Size of an element in bytes.
    bytes_per_element: ClassVar[int]
    _memory: Memory
    #: The position of the first element, in elements from the start of the memory.
    _offset: int
    #: A method of the engine module's `MemoryElements`: sets the memory's address, the offset and the format.
    _bind: Callable[[int, int, str], None]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "_format" in vars(cls):
            cls.bytes_per_element = struct.calcsize(f"<{cls._format}")

    @classmethod
    def _over(cls: type[ElementsT], memory: Memory, offset: int) -> ElementsT:
        """Creates a view of a memory. `offset` is below 2**64; it may lie beyond the end of the memory."""
        engine_module = memory._core_engine_module
        elements: ElementsT = object.__new__(engine_module.classes.get(cls) or specialise(cls, engine_module))
        elements._memory, elements._offset = memory, offset
        elements._bind(memory._address, offset, cls._format)
        return elements

    def _count(self) -> int:
        """Returns the number of elements."""
        return max(self._memory.byte_size() // self.bytes_per_element - self._offset, 0)

    def _byte_offset(self, index: int) -> int:
        """Returns the position of an element in the memory, in bytes."""
        return (self._offset + index) * self.bytes_per_element

    def _read_run(self, start: int, stop: int) -> memoryview:
        """Returns a copy of the elements from `start` to `stop`, which must be in range."""
        data = self._memory.read_array(self._byte_offset(start), (stop - start) * self.bytes_per_element)
        return memoryview(data).cast(self._format)  # type: ignore[call-overload, no-any-return]

    def _write_one(self, index: int, value: int | float) -> None:
        """Writes an element; `struct.error` or OverflowError if the value does not fit the element's type."""
        self._memory.write_bytes(self._byte_offset(index), struct.pack(f"<{self._format}", value))

    def _write_raw(self, start: int, data: Any) -> None:
        """Writes elements in one copy. `data` is a bytes-like object with the elements' bytes."""
        self._memory.write_bytes(self._byte_offset(start), data)


assert sys.byteorder == "little", "WebAssembly memories are little-endian, and so must the views' machine be"
