"""Typed views of a memory: sequences of numbers that read and write its bytes.

The plain cases never come here: see `anywasm.core.elements`. What follows are stock wasmer's rules for the rest.
"""

from __future__ import annotations

import operator
import struct
from typing import TYPE_CHECKING, Any, ClassVar, overload

from anywasm import core
from anywasm.wasmer import arguments
from anywasm.wasmer.sealed import Sealed


class View(Sealed, core.Elements):
    """Numbers in a memory, from an offset on; the base of the ten view classes.

    Offsets and indices count elements. The length follows the memory when it grows. An index is an int that is not
    negative; a slice gives a list, and is cut off at the end.

    >>> from anywasm.wasmer import Memory, MemoryType, Store
    >>> view = Memory(Store(), MemoryType(1)).uint16_view(offset=4)
    >>> view[0:3] = [1, 2, 3]
    >>> view[1], view[0:3], len(view)
    (2, [1, 2, 3], 32764)
    """

    __slots__ = ()

    #: How many bytes an element takes.
    bytes_per_element: ClassVar[int]

    def __new__(cls, *_: Any, **__: Any) -> Any:
        raise TypeError("No constructor defined")

    if TYPE_CHECKING:  # The engine module's type has them; defined here they would hide its own.

        @overload
        def __getitem__(self, index: int) -> Any: ...
        @overload
        def __getitem__(self, index: slice) -> list[Any]: ...
        def __getitem__(self, index: int | slice) -> Any: ...
        def __setitem__(self, index: int | slice, value: Any) -> None: ...
        def __len__(self) -> int: ...

    def _get_slowly(self, index: Any) -> Any:
        if isinstance(index, slice):
            run = self._run(index)
            return self._read_run(run.start, run.stop)[:: run.step].tolist() if run else []
        place = self._place(index)
        return self._read_run(place, place + 1)[0]

    def _set_slowly(self, index: Any, value: Any) -> None:
        if not isinstance(index, slice):
            self._write_one(self._place(index), self._element(value))
            return
        run = self._run(index)
        count = len(arguments.sequence(None, value))
        if count != len(run):
            raise IndexError(f"Sequence length {count} doesn't match slice length {len(run)}")
        if run and run.step == 1 and self._format == "B" and isinstance(value, (bytes, bytearray)):
            self._write_raw(run.start, value)
            return
        # One after the other: an element that does not fit leaves those before it written.
        for position, place in enumerate(run):
            self._write_one(place, self._element(value[position]))

    def _delete(self, index: Any) -> None:
        raise NotImplementedError('Subscript deletion not supported by "Self"')

    def _place(self, index: Any) -> int:
        try:
            place = operator.index(index)
        except TypeError:
            place = 1 << 64
        if not -1 << 63 <= place < 1 << 63:
            raise ValueError("Only integers and slices are valid to represent an index")
        if place < 0:
            raise IndexError("Out of bound: Index cannot be negative")
        size = self._count()
        if place >= size:
            raise IndexError(f"Out of bound: Index {place} is larger than the view size {size}")
        return place

    def _run(self, index: slice) -> range:
        start, stop, step = index.indices(self._count())
        if start > stop:
            raise IndexError(f"Slice `{start}:{stop}` cannot be empty")
        if step < 1:
            raise IndexError(f"Slice must have a positive step; given {step}")
        return range(start, stop, step)

    def _element(self, value: Any) -> int | float:
        if self._format in "fd":
            number = arguments.real(None, value)
            return _single(number) if self._format == "f" else number
        if self._format == "Q":
            return arguments.wide_unsigned(None, value, 64)
        integer = arguments.long(None, value)
        try:
            struct.pack(f"<{self._format}", integer)
        except struct.error:
            raise OverflowError(arguments.OUT_OF_RANGE) from None
        return integer

    __iter__: ClassVar[None] = None
    __reversed__: ClassVar[None] = None
    __contains__: ClassVar[None] = None


def _single(value: float) -> float:
    """What an f32 can hold: beyond its range, infinity."""
    try:
        struct.pack("<f", value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")
    return value


def _view(name: str, format: str, width: int) -> Any:
    kind = {"f": "float", "d": "float"}.get(format, "integer")
    sign = "" if kind == "float" else "unsigned " if format.isupper() else "signed "
    body = {
        "__slots__": (),
        "__doc__": f"A view of a memory as {sign}{width * 8}-bit {kind}s.",
        "__module__": __name__,
        "bytes_per_element": width,
        "_width": width,
        "_format": format,
        "_code": format.encode(),
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
