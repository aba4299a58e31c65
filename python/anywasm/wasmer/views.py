"""Defines the typed views of a memory. A view is a sequence of numbers. It reads and writes the bytes of the memory.

The engine module handles the common cases in C (see `anywasm.core.elements`). This module is the slow path for all
other cases. Its rules and errors are the same as in wasmer 1.1.
"""

from __future__ import annotations

import operator
import struct
from typing import Any, ClassVar, overload

from anywasm import core
from anywasm.wasmer import arguments
from anywasm.wasmer.sealed import Sealed


class View(Sealed, core.Elements):
    """The numbers in a memory, from an offset to the end of the memory. The ten view classes derive from this class.

    The unit of offsets and indices is an element, not a byte. The length of a view increases when the memory grows. An
    index is an int from 0 to the length minus 1. Reading a slice returns a list. The end of a slice may be greater than
    the length. Raises IndexError for an index out of range, and OverflowError for a number that is out of the range of
    the element type.

    >>> from anywasm.wasmer import Memory, MemoryType, Store
    >>> view = Memory(Store(), MemoryType(1)).uint16_view(offset=4)
    >>> view[0:3] = [1, 2, 3]
    >>> view[1], view[0:3], len(view)
    (2, [1, 2, 3], 32764)
    """

    __slots__ = ()

    def __new__(cls, *_: Any, **__: Any) -> Any:
        raise TypeError("No constructor defined")

    # The class of a view object is derived from a C class in the engine module and from a Python class in this module.
    # The C class comes first and has the same methods. So Python calls the C methods, and the following definitions are
    # only for type checkers and for the documentation.

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

    # If the C methods do not handle a case, they call the methods `_get_slowly`, `_set_slowly` and `_delete`.

    def _get_slowly(self, index: Any) -> Any:
        if isinstance(index, slice):
            positions = self._slice_positions(index)
            if not positions:
                return []
            return self._read_range(positions.start, positions.stop)[:: positions.step].tolist()
        position = self._to_position(index)
        return self._read_range(position, position + 1)[0]

    def _set_slowly(self, index: Any, value: Any) -> None:
        if not isinstance(index, slice):
            self._write_element(self._to_position(index), self._to_element(value))
            return
        positions = self._slice_positions(index)
        count = len(arguments.check_sequence(None, value))
        if count != len(positions):
            raise IndexError(f"Sequence length {count} doesn't match slice length {len(positions)}")
        if positions and positions.step == 1 and self._format == "B" and isinstance(value, (bytes, bytearray)):
            self._write_packed(positions.start, value)
            return
        # Convert and write the elements one by one. If an element is out of range, the elements before it have already
        # been written, as in wasmer 1.1.
        for item, position in enumerate(positions):
            self._write_element(position, self._to_element(value[item]))

    def _delete(self, index: Any) -> None:
        raise NotImplementedError('Subscript deletion not supported by "Self"')

    def _to_position(self, index: Any) -> int:
        """Converts an index to the position of an element.

        Raises ValueError if the index is not an integer of 64 bits, and IndexError if the index is out of range.
        """
        try:
            position = operator.index(index)
        except TypeError:
            position = 1 << 64  # Not a valid position, so that the next check fails.
        if not -1 << 63 <= position < 1 << 63:
            raise ValueError("Only integers and slices are valid to represent an index")
        if position < 0:
            raise IndexError("Out of bound: Index cannot be negative")
        size = self._count()
        if position >= size:
            raise IndexError(f"Out of bound: Index {position} is larger than the view size {size}")
        return position

    def _slice_positions(self, index: slice) -> range:
        """Returns the positions of the elements in a slice.

        Raises IndexError if the slice starts after its end, and if the step is not positive.
        """
        start, stop, step = index.indices(self._count())
        if start > stop:
            raise IndexError(f"Slice `{start}:{stop}` cannot be empty")
        if step < 1:
            raise IndexError(f"Slice must have a positive step; given {step}")
        return range(start, stop, step)

    def _to_element(self, value: Any) -> int | float:
        """Converts a Python object to a number of the element type.

        Raises TypeError if the object is not a number, and OverflowError if the number is out of range.
        """
        if self._format in "fd":
            number = arguments.to_float(None, value)
            return core.round_to_f32(number) if self._format == "f" else number
        if self._format == "Q":
            return arguments.to_wide_unsigned(None, value, 64)
        integer = arguments.to_long(None, value)
        try:
            struct.pack(f"<{self._format}", integer)
        except struct.error:
            raise OverflowError(arguments.OUT_OF_RANGE_TEXT) from None
        return integer

    # With None, Python raises TypeError for `iter(view)`, `reversed(view)` and `x in view`.
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
