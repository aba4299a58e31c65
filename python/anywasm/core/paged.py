"""What memories have in common, whether they live in a store or are shared by several."""

from __future__ import annotations

from typing import ClassVar

from anywasm.core.handle import Handle
from anywasm.core.types import MemoryType


class Paged(Handle):
    """Bytes in pages, of which there can only be more."""

    #: The functions of the shim that tell the size in bytes, and add pages.
    _size_call: ClassVar[str]
    _grow_call: ClassVar[str]

    _type: MemoryType

    @property
    def type(self) -> MemoryType:
        """Its type, with the sizes it was made with."""
        return self._type

    def byte_size(self) -> int:
        """How many bytes it has."""
        return self._number(getattr(self._engine_module.lib, self._size_call)(self._ptr))

    def page_count(self) -> int:
        """How many pages it has."""
        return self.byte_size() >> self._type.page_size_log2

    def grow(self, delta: int) -> int:
        """Adds `delta` pages; gives the former number of pages. The style's error where that is too many."""
        return self._number(getattr(self._engine_module.lib, self._grow_call)(self._ptr, delta))
