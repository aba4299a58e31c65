"""The class `Memory`, for linear memories."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from anywasm import core
from anywasm.wasmer import arguments, views
from anywasm.wasmer.binding import Binding, Bound
from anywasm.wasmer.buffer import Buffer
from anywasm.wasmer.store import Store
from anywasm.wasmer.types import MemoryType, type_from_core

_MAX_PAGES = 65536

_View = TypeVar("_View", bound=views.View)


class Memory(Bound):
    """A linear memory, in pages of 64 KiB.

    >>> from anywasm.wasmer import Memory, MemoryType, Store
    >>> memory = Memory(Store(), MemoryType(minimum=3))
    >>> memory.size, memory.grow(2), memory.size
    (3, 3, 5)
    """

    __slots__ = ("_core_type",)

    def __init__(self, store: Store, memory_type: MemoryType) -> None:
        arguments.instance("store", store, Store)
        ty = arguments.instance("memory_type", memory_type, MemoryType)._core
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
        result = cls.__new__(cls)
        result._core_type = extern.type
        result._binding = Binding(None, None, extern)
        return result

    @property
    def type(self) -> MemoryType:
        """The type of the memory. Its minimum is the current size."""
        result: MemoryType = type_from_core(self._core_type._replace(minimum=self.size))
        return result

    @property
    def size(self) -> int:
        """The size in pages of 64 KiB."""
        extern = self._binding.extern
        return self._core_type.minimum if extern is None else extern.page_count()

    @property
    def data_size(self) -> int:
        """The size in bytes."""
        extern = self._binding.extern
        return self._core_type.minimum << 16 if extern is None else extern.byte_size()

    def grow(self, number_of_pages: int) -> int:
        """Adds pages and returns the size before, in pages. RuntimeError if the memory cannot grow that far."""
        delta = arguments.unsigned("number_of_pages", number_of_pages)
        memory = self._binding.get()
        try:
            return memory.grow(delta)
        except RuntimeError:
            sizes = f"current size {memory.page_count()} pages, requested increase: {delta} pages"
            raise RuntimeError(f"The memory could not grow: {sizes}") from None

    @property
    def buffer(self) -> Buffer:
        """All bytes, through the buffer protocol. A memoryview of the buffer has the memory's size at that moment."""
        result: Buffer = Buffer._create(self._binding.extern or self._binding.get())
        return result

    def uint8_view(self, offset: int = 0) -> views.Uint8Array:
        """Returns a view as unsigned 8-bit integers, from element `offset` on."""
        return self._view(views.Uint8Array._create, offset)

    def int8_view(self, offset: int = 0) -> views.Int8Array:
        """Returns a view as signed 8-bit integers, from element `offset` on."""
        return self._view(views.Int8Array._create, offset)

    def uint16_view(self, offset: int = 0) -> views.Uint16Array:
        """Returns a view as unsigned 16-bit integers, from element `offset` on."""
        return self._view(views.Uint16Array._create, offset)

    def int16_view(self, offset: int = 0) -> views.Int16Array:
        """Returns a view as signed 16-bit integers, from element `offset` on."""
        return self._view(views.Int16Array._create, offset)

    def uint32_view(self, offset: int = 0) -> views.Uint32Array:
        """Returns a view as unsigned 32-bit integers, from element `offset` on."""
        return self._view(views.Uint32Array._create, offset)

    def int32_view(self, offset: int = 0) -> views.Int32Array:
        """Returns a view as signed 32-bit integers, from element `offset` on."""
        return self._view(views.Int32Array._create, offset)

    def uint64_view(self, offset: int = 0) -> views.Uint64Array:
        """Returns a view as unsigned 64-bit integers, from element `offset` on."""
        return self._view(views.Uint64Array._create, offset)

    def int64_view(self, offset: int = 0) -> views.Int64Array:
        """Returns a view as signed 64-bit integers, from element `offset` on."""
        return self._view(views.Int64Array._create, offset)

    def float32_view(self, offset: int = 0) -> views.Float32Array:
        """Returns a view as 32-bit floats, from element `offset` on."""
        return self._view(views.Float32Array._create, offset)

    def float64_view(self, offset: int = 0) -> views.Float64Array:
        """Returns a view as 64-bit floats, from element `offset` on."""
        return self._view(views.Float64Array._create, offset)

    def _view(self, over: Callable[[core.Memory, int], _View], offset: Any) -> _View:
        memory = self._binding.extern or self._binding.get()
        # Fast path: an int in this range needs no conversion and no check.
        if offset.__class__ is not int or not 0 <= offset < 1 << 56:
            offset = arguments.wide_unsigned("offset", offset, 64)
        return over(memory, offset)
