"""What memories of a store and shared memories have in common."""

from __future__ import annotations

from typing import ClassVar

from anywasm.core.handle import Handle
from anywasm.core.types import MemoryType


class Paged(Handle):
    """Bytes in pages, which can grow but not shrink."""

    #: Name of the shim's function that returns the size in bytes.
    _size_call: ClassVar[str]
    #: Name of the shim's function that adds pages.
    _grow_call: ClassVar[str]

    _type: MemoryType

    @property
    def type(self) -> MemoryType:
        """The memory's type. The minimum is the memory's size at its creation."""
        return self._type

    def byte_size(self) -> int:
        """Returns the size in bytes."""
        return self._core_check_size(getattr(self._core_engine_module.lib, self._size_call)(self._core_ptr))

    def page_count(self) -> int:
        """Returns the size in pages."""
        return self.byte_size() >> self._type.page_size_log2

    def grow(self, delta: int) -> int:
        """Adds `delta` pages and returns the former number of pages. The style's error if the memory cannot grow so
        much.
        """
        return self._core_check_size(getattr(self._core_engine_module.lib, self._grow_call)(self._core_ptr, delta))
