"""Checks of arguments, with the errors that the package of this style has for them.

`name` is the argument's, which a TypeError begins with; None where the error says only what is wrong with the value.
"""

from __future__ import annotations

import operator
from typing import Any, NoReturn, TypeVar

from anywasm.core import Elements

Expected = TypeVar("Expected")

OUT_OF_RANGE = "out of range integral type conversion attempted"
TOO_BIG = "int too big to convert"
NEGATIVE = "can't convert negative int to unsigned"
TOO_LARGE_FOR_LONG = "Python int too large to convert to C long"


def instance(name: str | None, value: Any, expected: type[Expected], named: str | None = None) -> Expected:
    """The value, if it is of this class; TypeError otherwise. `named` is what the error calls the class."""
    if not isinstance(value, expected):
        refuse(name, value, named or expected.__name__)
    return value


def refuse(name: str | None, value: Any, expected: str) -> NoReturn:
    """Raises the TypeError for an argument of the wrong class."""
    raise _wrong(name, f"'{type(value).__name__}' object cannot be converted to '{expected}'")


def text(name: str | None, value: Any) -> str:
    """A string; UnicodeEncodeError where it has half a surrogate pair, which WebAssembly has no names with."""
    found = instance(name, value, str, "PyString")
    found.encode()
    return found


def binary(name: str, value: Any) -> bytes:
    """Bytes; a bytearray does not count."""
    return instance(name, value, bytes, "PyBytes")


def boolean(name: str, value: Any) -> bool:
    """True or False, and nothing that counts as such."""
    return instance(name, value, bool, "PyBool")


def signed(name: str, value: Any, bits: int) -> int:
    """An integer of 32 or 64 bits; anything with `__index__` counts as one."""
    number = long(name, value)
    if not -(1 << bits - 1) <= number < 1 << bits - 1:
        raise OverflowError(OUT_OF_RANGE)
    return number


def unsigned(name: str, value: Any, bits: int = 32) -> int:
    """An integer of 8 or 32 bits that is not negative."""
    number = long(name, value)
    if not 0 <= number < 1 << bits:
        raise OverflowError(OUT_OF_RANGE)
    return number


def optional_unsigned(name: str, value: Any) -> int | None:
    """The same of 32 bits, or None."""
    return None if value is None else unsigned(name, value)


def wide_unsigned(name: str | None, value: Any, bits: int) -> int:
    """An integer of 64 or 128 bits that is not negative."""
    number = _index(name, value)
    if number < 0:
        raise OverflowError(NEGATIVE)
    if number >= 1 << bits:
        raise OverflowError(TOO_BIG)
    return number


def real(name: str | None, value: Any) -> float:
    """A float; anything with `__float__` or `__index__` counts as one, strings do not."""
    if not hasattr(value, "__float__") and not hasattr(value, "__index__"):
        raise _wrong(name, f"must be real number, not {type(value).__name__}")
    return float(value)


def _wrong(name: str | None, text: str) -> TypeError:
    return TypeError(f"argument '{name}': {text}" if name else text)


def _index(name: str | None, value: Any) -> int:
    try:
        return operator.index(value)
    except TypeError as error:
        raise _wrong(name, str(error)) from None


def long(name: str | None, value: Any) -> int:
    """An integer that C's long can hold."""
    number = _index(name, value)
    if not fits_long(number):
        raise OverflowError(TOO_LARGE_FOR_LONG)
    return number


def fits_long(number: int) -> bool:
    """Whether it is within C's long, as it is where the package was built."""
    return -(1 << 63) <= number < 1 << 63


def sequence(name: str | None, value: Any) -> Any:
    """What Python's C layer takes for a sequence: with items by index, and no mapping; a str too."""
    if not hasattr(type(value), "__getitem__") or isinstance(value, (dict, Elements)):
        refuse(name, value, "Sequence")
    return value
