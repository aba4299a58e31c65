"""Typed views of memories. A typed view presents a memory's bytes as a sequence of numbers.

An API style's view classes derive from `Elements`. The engine module's `MemoryElements` reads and writes elements in
the frequent cases (`src/glue/elements.c`). In all other cases `MemoryElements` calls the methods `_get_slowly`,
`_set_slowly` and `_delete`. The API style's class defines these methods, with the API style's rules and errors.
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
    """A view of a memory as a sequence of numbers of one type. The view grows when the memory grows."""

    __slots__ = ()

    _core_fast_base: ClassVar[str] = "memory_elements"
    _core_own_slots: ClassVar[tuple[str, ...]] = ("_memory", "_offset")
    #: The format character of the element type, as in Python's module `struct`.
    _format: ClassVar[str]
    #: The size of an element in bytes.
    bytes_per_element: ClassVar[int]
    _memory: Memory
    #: The number of elements between the start of the memory and the first element of the view.
    _offset: int
    #: A class method of the engine module's `MemoryElements`. The arguments are the owner of the shim's memory object,
    #: the offset of the first element (as `_offset`), and the format character. Returns a new view.
    _core_over: Callable[[Any, int, str], Any]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "_format" in vars(cls):
            cls.bytes_per_element = struct.calcsize(f"<{cls._format}")

    @classmethod
    def _create(cls: type[ElementsT], memory: Memory, offset: int) -> ElementsT:
        """Creates a view of a memory that skips the first `offset` elements.

        `offset` is less than 2**64. If `offset` is beyond the end of the memory, the view is empty.
        """
        engine_module = memory._core_engine_module
        derived = engine_module.derived_classes.get(cls) or specialise(cls, engine_module)
        elements: ElementsT = derived._core_over(memory._core_owner, offset, cls._format)
        elements._memory, elements._offset = memory, offset
        return elements

    def _count(self) -> int:
        """Returns the current number of elements in the view."""
        return max(self._memory.byte_size() // self.bytes_per_element - self._offset, 0)

    def _byte_offset(self, index: int) -> int:
        """Returns the number of bytes between the start of the memory and an element of the view."""
        return (self._offset + index) * self.bytes_per_element

    def _read_range(self, start: int, stop: int) -> memoryview:
        """Returns a copy of the elements from `start` up to, but not including, `stop`. The caller checks the range."""
        data = self._memory.read_array(self._byte_offset(start), (stop - start) * self.bytes_per_element)
        return memoryview(data).cast(self._format)  # type: ignore[call-overload, no-any-return]

    def _write_element(self, index: int, value: int | float) -> None:
        """Writes one element. Raises `struct.error` or OverflowError if the value does not fit the element type."""
        self._memory.write_bytes(self._byte_offset(index), struct.pack(f"<{self._format}", value))

    def _write_packed(self, start: int, data: Any) -> None:
        """Writes several elements. `data` is a bytes-like object that contains the bytes of the elements."""
        self._memory.write_bytes(self._byte_offset(start), data)


assert sys.byteorder == "little", "typed views need a little-endian machine, as WebAssembly memories are little-endian"
