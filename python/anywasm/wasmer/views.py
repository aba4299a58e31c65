"""Typed views of a memory: sequences of numbers that read and write its bytes."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any, ClassVar

from anywasm import core

_OUT_OF_RANGE = "out of range integral type conversion attempted"


class View:
    """Numbers in a memory, from an offset on; the base of the ten view classes.

    Offsets and indices count elements. The length follows the memory when it grows.
    """

    __slots__ = ("_at", "_items", "_memory", "_offset")

    _memory: core.Memory
    _offset: int
    _at: int
    _items: Any
    #: Bytes an element takes.
    bytes_per_element: ClassVar[int]
    _format: ClassVar[Any]

    def __init__(self) -> None:
        raise TypeError("No constructor defined")

    @classmethod
    def _of(cls, memory: core.Memory, offset: int) -> Any:
        if offset < 0:
            raise OverflowError("can't convert negative int to unsigned")
        view = cls.__new__(cls)
        view._memory, view._offset = memory, offset
        view._at = -1
        view._items = memoryview(b"").cast(cls._format)
        return view

    def _refresh(self) -> Any:
        """The elements as a memoryview: of the memory as it is now, or of a copy where the engine allows no more."""
        memory = self._memory
        size = memory.byte_size()
        if not memory.viewable:
            return self._copy(0, self._count(size))
        address = memory.address()
        if address != self._at or len(self._items) != self._count(size):
            start = min(self._offset * self.bytes_per_element, size)
            end = start + self._count(size) * self.bytes_per_element
            self._items = memory.view()[start:end].cast(self._format)
            self._at = address
        return self._items

    def _copy(self, start: int, stop: int) -> Any:
        width = self.bytes_per_element
        data = self._memory.read_array((self._offset + start) * width, max(stop - start, 0) * width)
        return memoryview(data).cast(self._format)

    def _count(self, size: int) -> int:
        return max(size // self.bytes_per_element - self._offset, 0)

    def __len__(self) -> int:
        return self._count(self._memory.byte_size())

    def __getitem__(self, index: Any) -> Any:
        if index.__class__ is int and index >= 0 and self._memory._base is not None:
            try:
                return self._items[index]
            except IndexError:
                pass
        if isinstance(index, slice):
            chosen = self._range(index)
            if not self._memory.viewable:
                return self._copy(chosen.start, chosen.stop)[:: chosen.step].tolist()
            return self._refresh()[chosen.start : chosen.stop : chosen.step].tolist()
        index = self._checked(index)
        return self._refresh()[index] if self._memory.viewable else self._copy(index, index + 1)[0]

    def __setitem__(self, index: Any, value: Any) -> None:
        if isinstance(index, slice):
            self._assign(self._range(index), value)
        else:
            index = self._checked(index)
            self._assign(range(index, index + 1), (value,))

    def _checked(self, index: Any) -> int:
        if not isinstance(index, int):
            raise ValueError("Only integers and slices are valid to represent an index")
        if index < 0:
            raise IndexError("Out of bound: Index cannot be negative")
        size = len(self)
        if index >= size:
            raise IndexError(f"Out of bound: Index {index} is larger than the view size {size}")
        return index

    def _range(self, index: slice) -> range:
        start, stop, step = index.indices(len(self))
        if start > stop:
            raise IndexError(f"Slice `{start}:{stop}` cannot be empty")
        if step < 1:
            raise IndexError(f"Slice `{start}:{stop}` must have a positive step; given {step}")
        return range(start, stop, step)

    def _assign(self, places: range, values: Any) -> None:
        if isinstance(values, str) or not isinstance(values, (Sequence, bytes, bytearray, memoryview)):
            raise TypeError(f"'{type(values).__name__}' object cannot be converted to 'Sequence'")
        if len(values) != len(places):
            raise IndexError(f"Sequence length {len(values)} doesn't match slice length {len(places)}")
        if self._format == "B" and places.step == 1 and isinstance(values, (bytes, bytearray)):
            self._memory.write_bytes(self._offset + places.start, values)
            return
        if not self._memory.viewable:
            copy = self._copy(places.start, places.stop)
            _fill(copy, range(0, len(copy), places.step), values)
            self._memory.write_bytes((self._offset + places.start) * self.bytes_per_element, copy.cast("B"))
        else:
            _fill(self._refresh(), places, values)

    def __delitem__(self, index: Any) -> None:
        raise NotImplementedError("can't delete item")

    __iter__: ClassVar[None] = None
    __reversed__: ClassVar[None] = None


def _fill(items: Any, places: range, values: Any) -> None:
    for place, value in zip(places, values):
        try:
            items[place] = value
        except ValueError:
            raise OverflowError(_OUT_OF_RANGE) from None


def _view(name: str, format: str, size: int) -> Any:
    kind = {"f": "float", "d": "float"}.get(format, "integer")
    sign = "" if kind == "float" else "unsigned " if format.isupper() else "signed "
    body = {
        "__slots__": (),
        "__doc__": f"A view of a memory as {sign}{size * 8}-bit {kind}s.",
        "__module__": __name__,
        "bytes_per_element": size,
        "_format": format,
    }
    return type(name, (View,), body)


Uint8Array = _view("Uint8Array", "B", 1)
Int8Array = _view("Int8Array", "b", 1)
Uint16Array = _view("Uint16Array", "H", 2)
Int16Array = _view("Int16Array", "h", 2)
Uint32Array = _view("Uint32Array", "I", 4)
Int32Array = _view("Int32Array", "i", 4)
Uint64Array = _view("Uint64Array", "Q", 8)
Int64Array = _view("Int64Array", "q", 8)
Float32Array = _view("Float32Array", "f", 4)
Float64Array = _view("Float64Array", "d", 8)

assert sys.byteorder == "little", "WebAssembly memories are little-endian, and so must the views' machine be"
