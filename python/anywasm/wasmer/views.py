"""Typed views of a memory: sequences of numbers that read and write the bytes of the memory.

The engine module handles the common cases in C (see `anywasm.core.elements`). The code here is the slow path. It
follows the rules of stock wasmer.
"""

from __future__ import annotations

import operator
import struct
from typing import Any, ClassVar, overload

from anywasm import core
from anywasm.wasmer import arguments
from anywasm.wasmer.sealed import Sealed


class View(Sealed, core.Elements):
    """The numbers in a memory from an offset to the end. This is the base of the ten view classes.

    Offsets and indices count elements. The length changes when the memory grows. An index is an int, at least 0 and
    less than the length. A slice gives a list, and may reach beyond the end. Raises IndexError for an index out of
    range, and OverflowError for a number that does not fit the element type.

    >>> from anywasm.wasmer import Memory, MemoryType, Store
    >>> view = Memory(Store(), MemoryType(1)).uint16_view(offset=4)
    >>> view[0:3] = [1, 2, 3]
    >>> view[1], view[0:3], len(view)
    (2, [1, 2, 3], 32764)
    """

    __slots__ = ()

    def __new__(cls, *_: Any, **__: Any) -> Any:
        raise TypeError("No constructor defined")

    # The class of an object inherits from the engine module's type first, and that type has these methods too. So these
    # methods are for type checkers and documentation.

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> list[Any]: ...
    def __getitem__(self, index: int | slice) -> Any:
        return self._get_slowly(index)

    def __setitem__(self, index: int | slice, value: Any) -> None:
        self._set_slowly(index, value)

    def __delitem__(self, index: int | slice) -> None:
        self._delete(index)

    def __len__(self) -> int:
        return self._count()

    def _get_slowly(self, index: Any) -> Any:
        if isinstance(index, slice):
            positions = self._slice_positions(index)
            if not positions:
                return []
            return self._read_range(positions.start, positions.stop)[:: positions.step].tolist()
        position = self._position(index)
        return self._read_range(position, position + 1)[0]

    def _set_slowly(self, index: Any, value: Any) -> None:
        if not isinstance(index, slice):
            self._write_element(self._position(index), self._element(value))
            return
        positions = self._slice_positions(index)
        count = len(arguments.sequence(None, value))
        if count != len(positions):
            raise IndexError(f"Sequence length {count} doesn't match slice length {len(positions)}")
        if positions and positions.step == 1 and self._format == "B" and isinstance(value, (bytes, bytearray)):
            self._write_packed(positions.start, value)
            return
        # As in stock wasmer, elements before one that does not fit are written.
        for item, position in enumerate(positions):
            self._write_element(position, self._element(value[item]))

    def _delete(self, index: Any) -> None:
        raise NotImplementedError('Subscript deletion not supported by "Self"')

    def _position(self, index: Any) -> int:
        """Returns the position of an element for an index, after a check of its class and range."""
        try:
            position = operator.index(index)
        except TypeError:
            position = 1 << 64
        if not -1 << 63 <= position < 1 << 63:
            raise ValueError("Only integers and slices are valid to represent an index")
        if position < 0:
            raise IndexError("Out of bound: Index cannot be negative")
        size = self._count()
        if position >= size:
            raise IndexError(f"Out of bound: Index {position} is larger than the view size {size}")
        return position

    def _slice_positions(self, index: slice) -> range:
        """Returns the positions of the elements in a slice."""
        start, stop, step = index.indices(self._count())
        if start > stop:
            raise IndexError(f"Slice `{start}:{stop}` cannot be empty")
        if step < 1:
            raise IndexError(f"Slice must have a positive step; given {step}")
        return range(start, stop, step)

    def _element(self, value: Any) -> int | float:
        """Returns the number to write for a Python object."""
        if self._format in "fd":
            number = arguments.real(None, value)
            return core.round_to_f32(number) if self._format == "f" else number
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


class Uint8Array(View):
    """A view of a memory as unsigned 8-bit integers."""

    __slots__ = ()
    _format = "B"


class Int8Array(View):
    """A view of a memory as signed 8-bit integers."""

    __slots__ = ()
    _format = "b"


class Uint16Array(View):
    """A view of a memory as unsigned 16-bit integers."""

    __slots__ = ()
    _format = "H"


class Int16Array(View):
    """A view of a memory as signed 16-bit integers."""

    __slots__ = ()
    _format = "h"


class Uint32Array(View):
    """A view of a memory as unsigned 32-bit integers."""

    __slots__ = ()
    _format = "I"


class Int32Array(View):
    """A view of a memory as signed 32-bit integers."""

    __slots__ = ()
    _format = "i"


class Uint64Array(View):
    """A view of a memory as unsigned 64-bit integers."""

    __slots__ = ()
    _format = "Q"


class Int64Array(View):
    """A view of a memory as signed 64-bit integers."""

    __slots__ = ()
    _format = "q"


class Float32Array(View):
    """A view of a memory as 32-bit floats."""

    __slots__ = ()
    _format = "f"


class Float64Array(View):
    """A view of a memory as 64-bit floats."""

    __slots__ = ()
    _format = "d"
