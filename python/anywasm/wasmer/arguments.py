"""Checks of arguments, which raise the same errors as the `wasmer` 1.1 package.

The parameter `name` is the name of the argument, with which a TypeError begins. With None, the TypeError names no
argument.
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


def instance(name: str | None, value: Any, expected: type[Expected], class_name: str | None = None) -> Expected:
    """Returns the value if it is an instance of `expected`. Otherwise raises TypeError, which shows `class_name`."""
    if not isinstance(value, expected):
        refuse(name, value, class_name or expected.__name__)
    return value


def refuse(name: str | None, value: Any, class_name: str) -> NoReturn:
    """Raises the TypeError for an argument of the wrong class."""
    raise _type_error(name, f"'{type(value).__name__}' object cannot be converted to '{class_name}'")


def text(name: str | None, value: Any) -> str:
    """Returns the value if it is a str. UnicodeEncodeError for a lone surrogate: WebAssembly names are UTF-8."""
    string = instance(name, value, str, "PyString")
    string.encode()
    return string


def binary(name: str, value: Any) -> bytes:
    """Returns the value if it is a `bytes` object. TypeError for anything else, also for a bytearray."""
    return instance(name, value, bytes, "PyBytes")


def boolean(name: str, value: Any) -> bool:
    """Returns the value if it is True or False. TypeError for anything else, also for 0 and 1."""
    return instance(name, value, bool, "PyBool")


def signed(name: str, value: Any, bits: int) -> int:
    """Returns a signed integer of `bits` bits, 32 or 64. Objects with `__index__` are accepted."""
    number = long(name, value)
    if not -(1 << bits - 1) <= number < 1 << bits - 1:
        raise OverflowError(OUT_OF_RANGE)
    return number


def unsigned(name: str, value: Any, bits: int = 32) -> int:
    """Returns an unsigned integer of `bits` bits, 8 or 32. Objects with `__index__` are accepted."""
    number = long(name, value)
    if not 0 <= number < 1 << bits:
        raise OverflowError(OUT_OF_RANGE)
    return number


def optional_unsigned(name: str, value: Any) -> int | None:
    """Returns an unsigned integer of 32 bits, or None."""
    return None if value is None else unsigned(name, value)


def wide_unsigned(name: str | None, value: Any, bits: int) -> int:
    """Returns an unsigned integer of `bits` bits, 64 or 128. Objects with `__index__` are accepted."""
    number = _index(name, value)
    if number < 0:
        raise OverflowError(NEGATIVE)
    if number >= 1 << bits:
        raise OverflowError(TOO_BIG)
    return number


def real(name: str | None, value: Any) -> float:
    """Returns the value as a float. Objects with `__float__` or `__index__` are accepted, strings are not."""
    if not hasattr(value, "__float__") and not hasattr(value, "__index__"):
        raise _type_error(name, f"must be real number, not {type(value).__name__}")
    return float(value)


def _type_error(name: str | None, text: str) -> TypeError:
    return TypeError(f"argument '{name}': {text}" if name else text)


def _index(name: str | None, value: Any) -> int:
    try:
        return operator.index(value)
    except TypeError as error:
        raise _type_error(name, str(error)) from None


def long(name: str | None, value: Any) -> int:
    """Returns an integer in the range of C's `long`. Objects with `__index__` are accepted."""
    number = _index(name, value)
    if not fits_long(number):
        raise OverflowError(TOO_LARGE_FOR_LONG)
    return number


def fits_long(number: int) -> bool:
    """Returns whether the number is in the range of C's `long`, which has 64 bits on the platform of stock wasmer."""
    return -(1 << 63) <= number < 1 << 63


def sequence(name: str | None, value: Any) -> Any:
    """Returns the value if Python's C API takes it for a sequence: it has `__getitem__`, and is no mapping.

    A str is accepted. A dict and a view of a memory are mappings. TypeError for anything else.
    """
    if not hasattr(type(value), "__getitem__") or isinstance(value, (dict, Elements)):
        refuse(name, value, "Sequence")
    return value
