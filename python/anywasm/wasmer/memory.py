"""Defines the class `Memory`. Its objects are linear memories."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from anywasm import core
from anywasm.wasmer import arguments, views
from anywasm.wasmer.binding import Bindable, Binding
from anywasm.wasmer.buffer import Buffer
from anywasm.wasmer.store import Store
from anywasm.wasmer.types import MemoryType, type_from_core

#: The maximum size of a memory in pages. The size is 4 GiB, all that a 32-bit address can reach.
_MAX_PAGES = 65536

_View = TypeVar("_View", bound=views.View)


class Memory(Bindable):
    """A linear memory. Its size is a number of pages of 64 KiB.

    >>> from anywasm.wasmer import Memory, MemoryType, Store
    >>> memory = Memory(Store(), MemoryType(minimum=3))
    >>> memory.size, memory.grow(2), memory.size
    (3, 3, 5)
    """

    __slots__ = ("_core_type",)

    def __init__(self, store: Store, memory_type: MemoryType) -> None:
        arguments.check_instance("store", store, Store)
        ty = arguments.check_instance("memory_type", memory_type, MemoryType)._core
        if ty.maximum is not None and ty.maximum < ty.minimum:
            sizes = f"the maximum ({ty.maximum} pages) is less than the minimum ({ty.minimum} pages)"
            raise RuntimeError(f"The memory is invalid because {sizes}")
        if ty.minimum > _MAX_PAGES:
            raise RuntimeError(
                f"The minimum requested ({ty.minimum} pages) memory is greater than the maximum allowed memory "
                f"({_MAX_PAGES} pages)"
            )
        if ty.maximum is not None and ty.maximum > _MAX_PAGES:
            raise RuntimeError(
                f"The maximum requested memory ({ty.maximum} pages) is greater than the maximum allowed memory "
                f"({_MAX_PAGES} pages)"
            )
        self._core_type = ty
        self._binding: Binding[core.Memory] = Binding(store, lambda core_store: core.Memory.new(core_store, ty))

    @classmethod
    def _from_core(cls, extern: core.Memory) -> Memory:
        memory = cls.__new__(cls)
        memory._core_type = extern.type
        memory._binding = Binding(None, None, extern)
        return memory

    @property
    def type(self) -> MemoryType:
        """The type of the memory. The minimum of the type is the current size of the memory."""
        memory_type: MemoryType = type_from_core(self._core_type._replace(minimum=self.size))
        return memory_type

    @property
    def size(self) -> int:
        """The current size in pages of 64 KiB."""
        extern = self._binding.extern
        return self._core_type.minimum if extern is None else extern.page_count()

    @property
    def data_size(self) -> int:
        """The current size in bytes."""
        extern = self._binding.extern
        return self._core_type.minimum << 16 if extern is None else extern.byte_size()

    def grow(self, number_of_pages: int) -> int:
        """Adds pages to the memory. Returns the previous size in pages.

        Raises RuntimeError if the memory cannot grow by this number of pages.
        """
        delta = arguments.to_unsigned("number_of_pages", number_of_pages)
        memory = self._binding.get()
        try:
            return memory.grow(delta)
        except RuntimeError:
            sizes = f"current size {memory.page_count()} pages, requested increase: {delta} pages"
            raise RuntimeError(f"The memory could not grow: {sizes}") from None

    @property
    def buffer(self) -> Buffer:
        """All bytes of the memory, through the buffer protocol.

        A memoryview of the buffer has the size that the memory has when the memoryview is made.
        """
        buffer: Buffer = Buffer._create(self._binding.extern or self._binding.get())
        return buffer

    def uint8_view(self, offset: int = 0) -> views.Uint8Array:
        """Returns a view of the memory as unsigned 8-bit integers. The view starts at the element `offset`."""
        return self._view(views.Uint8Array._create, offset)

    def int8_view(self, offset: int = 0) -> views.Int8Array:
        """Returns a view of the memory as signed 8-bit integers. The view starts at the element `offset`."""
        return self._view(views.Int8Array._create, offset)

    def uint16_view(self, offset: int = 0) -> views.Uint16Array:
        """Returns a view of the memory as unsigned 16-bit integers. The view starts at the element `offset`."""
        return self._view(views.Uint16Array._create, offset)

    def int16_view(self, offset: int = 0) -> views.Int16Array:
        """Returns a view of the memory as signed 16-bit integers. The view starts at the element `offset`."""
        return self._view(views.Int16Array._create, offset)

    def uint32_view(self, offset: int = 0) -> views.Uint32Array:
        """Returns a view of the memory as unsigned 32-bit integers. The view starts at the element `offset`."""
        return self._view(views.Uint32Array._create, offset)

    def int32_view(self, offset: int = 0) -> views.Int32Array:
        """Returns a view of the memory as signed 32-bit integers. The view starts at the element `offset`."""
        return self._view(views.Int32Array._create, offset)

    def uint64_view(self, offset: int = 0) -> views.Uint64Array:
        """Returns a view of the memory as unsigned 64-bit integers. The view starts at the element `offset`."""
        return self._view(views.Uint64Array._create, offset)

    def int64_view(self, offset: int = 0) -> views.Int64Array:
        """Returns a view of the memory as signed 64-bit integers. The view starts at the element `offset`."""
        return self._view(views.Int64Array._create, offset)

    def float32_view(self, offset: int = 0) -> views.Float32Array:
        """Returns a view of the memory as 32-bit floats. The view starts at the element `offset`."""
        return self._view(views.Float32Array._create, offset)

    def float64_view(self, offset: int = 0) -> views.Float64Array:
        """Returns a view of the memory as 64-bit floats. The view starts at the element `offset`."""
        return self._view(views.Float64Array._create, offset)

    def _view(self, make_view: Callable[[core.Memory, int], _View], offset: Any) -> _View:
        memory = self._binding.extern or self._binding.get()
        # Fast path: an int in this range is a valid offset, so no function needs to check or convert the offset.
        if offset.__class__ is not int or not 0 <= offset < 1 << 56:
            offset = arguments.to_wide_unsigned("offset", offset, 64)
        return make_view(memory, offset)
