"""The common base class of a store's memories and of shared memories."""

from __future__ import annotations

from typing import ClassVar

from anywasm.core.handle import Handle
from anywasm.core.types import MemoryType


class Paged(Handle):
    """A linear memory: a sequence of pages of bytes. A memory can grow, but a memory cannot shrink."""

    #: Name of the shim's function that returns the memory's size in bytes.
    _size_function_name: ClassVar[str]
    #: Name of the shim's function that adds pages to the memory.
    _grow_function_name: ClassVar[str]

    _type: MemoryType

    @property
    def type(self) -> MemoryType:
        """The memory's type. `minimum` is the memory's size when the memory was created."""
        return self._type

    def byte_size(self) -> int:
        """Returns the memory's current size in bytes."""
        size_function = getattr(self._core_engine_module.lib, self._size_function_name)
        return self._core_check_size(size_function(self._core_ptr))

    def page_count(self) -> int:
        """Returns the memory's current size in pages."""
        return self.byte_size() >> self._type.page_size_log2

    def grow(self, delta: int) -> int:
        """Adds `delta` pages and returns the number of pages before the growth.

        Raises the API style's error if the memory cannot grow by `delta` pages.
        """
        grow_function = getattr(self._core_engine_module.lib, self._grow_function_name)
        return self._core_check_size(grow_function(self._core_ptr, delta))
