"""Memories."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from anywasm import core
from anywasm.wasmer import arguments, views
from anywasm.wasmer.binding import Binding, Bound
from anywasm.wasmer.buffer import Buffer
from anywasm.wasmer.store import Store
from anywasm.wasmer.types import MemoryType, of_core

_MOST_PAGES = 65536

_View = TypeVar("_View", bound=views.View)


class Memory(Bound):
    """A linear memory.

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
        if ty.minimum > _MOST_PAGES:
            raise RuntimeError(
                f"The minimum requested ({ty.minimum} pages) memory is greater than the maximum allowed memory "
                f"({_MOST_PAGES} pages)"
            )
        if ty.maximum is not None and ty.maximum > _MOST_PAGES:
            raise RuntimeError(
                f"The maximum requested memory ({ty.maximum} pages) is greater than the maximum allowed memory "
                f"({_MOST_PAGES} pages)"
            )
        self._core_type = ty
        self._binding: Binding[core.Memory] = Binding(store, lambda home: core.Memory.new(home, ty))

    @classmethod
    def _of(cls, made: core.Memory) -> Memory:
        result = cls.__new__(cls)
        result._core_type = made.type
        result._binding = Binding(None, None, made)
        return result

    @property
    def type(self) -> MemoryType:
        """Its type, with the pages it has now as the minimum."""
        result: MemoryType = of_core(self._core_type._replace(minimum=self.size))
        return result

    @property
    def size(self) -> int:
        """In pages of 64 KiB."""
        made = self._binding.made
        return self._core_type.minimum if made is None else made.page_count()

    @property
    def data_size(self) -> int:
        """In bytes."""
        made = self._binding.made
        return self._core_type.minimum << 16 if made is None else made.byte_size()

    def grow(self, number_of_pages: int) -> int:
        """Adds pages; gives the former size. RuntimeError where that is too many."""
        delta = arguments.unsigned("number_of_pages", number_of_pages)
        memory = self._binding.get()
        try:
            return memory.grow(delta)
        except RuntimeError:
            sizes = f"current size {memory.page_count()} pages, requested increase: {delta} pages"
            raise RuntimeError(f"The memory could not grow: {sizes}") from None

    @property
    def buffer(self) -> Buffer:
        """All bytes as a buffer; what is made of it, such as a memoryview, has the size that the memory has then."""
        result: Buffer = Buffer._over(self._binding.made or self._binding.get())
        return result

    def uint8_view(self, offset: int = 0) -> views.Uint8Array:
        """A view as unsigned bytes; offsets count elements."""
        return self._view(views.Uint8Array._over, offset)

    def int8_view(self, offset: int = 0) -> views.Int8Array:
        """A view as signed bytes."""
        return self._view(views.Int8Array._over, offset)

    def uint16_view(self, offset: int = 0) -> views.Uint16Array:
        """A view as unsigned 16-bit integers."""
        return self._view(views.Uint16Array._over, offset)

    def int16_view(self, offset: int = 0) -> views.Int16Array:
        """A view as signed 16-bit integers."""
        return self._view(views.Int16Array._over, offset)

    def uint32_view(self, offset: int = 0) -> views.Uint32Array:
        """A view as unsigned 32-bit integers."""
        return self._view(views.Uint32Array._over, offset)

    def int32_view(self, offset: int = 0) -> views.Int32Array:
        """A view as signed 32-bit integers."""
        return self._view(views.Int32Array._over, offset)

    def uint64_view(self, offset: int = 0) -> views.Uint64Array:
        """A view as unsigned 64-bit integers."""
        return self._view(views.Uint64Array._over, offset)

    def int64_view(self, offset: int = 0) -> views.Int64Array:
        """A view as signed 64-bit integers."""
        return self._view(views.Int64Array._over, offset)

    def float32_view(self, offset: int = 0) -> views.Float32Array:
        """A view as 32-bit floats."""
        return self._view(views.Float32Array._over, offset)

    def float64_view(self, offset: int = 0) -> views.Float64Array:
        """A view as 64-bit floats."""
        return self._view(views.Float64Array._over, offset)

    def _view(self, over: Callable[[core.Memory, int], _View], offset: Any) -> _View:
        memory = self._binding.made or self._binding.get()
        if offset.__class__ is not int or not 0 <= offset < 1 << 56:
            offset = arguments.wide_unsigned("offset", offset, 64)
        return over(memory, offset)
