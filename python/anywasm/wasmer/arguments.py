"""Checks and converts arguments. The errors are the same as in the `wasmer` 1.1 package.

In all functions, the parameter `name` is the name of the argument to check. The message of a TypeError begins with the
name of the argument. If `name` is None, the message contains no name.
"""

from __future__ import annotations

import operator
from typing import Any, NoReturn, TypeVar

from anywasm.core import Elements

Expected = TypeVar("Expected")

OUT_OF_RANGE_TEXT = "out of range integral type conversion attempted"
TOO_BIG_TEXT = "int too big to convert"
NEGATIVE_TEXT = "can't convert negative int to unsigned"
TOO_LARGE_FOR_LONG_TEXT = "Python int too large to convert to C long"


def check_instance(name: str | None, value: Any, expected: type[Expected], class_name: str | None = None) -> Expected:
    """Returns the value if it is an instance of `expected`. Raises TypeError for any other value.

    The error message contains `class_name`. The default is the name of the class `expected`.
    """
    if not isinstance(value, expected):
        raise_wrong_class(name, value, class_name or expected.__name__)
    return value


def raise_wrong_class(name: str | None, value: Any, class_name: str) -> NoReturn:
    """Raises TypeError for an argument of the wrong class. `class_name` is the name of the expected class."""
    raise _type_error(name, f"'{type(value).__name__}' object cannot be converted to '{class_name}'")


def check_text(name: str | None, value: Any) -> str:
    """Returns the value if it is a str. Raises TypeError for any other value.

    Raises UnicodeEncodeError if the str contains a lone surrogate, because WebAssembly names must be UTF-8.
    """
    string = check_instance(name, value, str, "PyString")
    string.encode()
    return string


def check_bytes(name: str, value: Any) -> bytes:
    """Returns the value if it is a `bytes` object. Raises TypeError for any other value, also for a bytearray."""
    return check_instance(name, value, bytes, "PyBytes")


def check_bool(name: str, value: Any) -> bool:
    """Returns the value if it is True or False. Raises TypeError for any other value, also for 0 and 1."""
    return check_instance(name, value, bool, "PyBool")


def to_signed(name: str, value: Any, bits: int) -> int:
    """Converts an int, or an object with `__index__`, to a signed integer of `bits` bits. `bits` is 32 or 64.

    Raises TypeError for any other object, and OverflowError if the integer does not fit.
    """
    number = to_long(name, value)
    if not -(1 << bits - 1) <= number < 1 << bits - 1:
        raise OverflowError(OUT_OF_RANGE_TEXT)
    return number


def to_unsigned(name: str, value: Any, bits: int = 32) -> int:
    """Converts an int, or an object with `__index__`, to an unsigned integer of `bits` bits. `bits` is 8 or 32.

    Raises TypeError for any other object, and OverflowError if the integer does not fit.
    """
    number = to_long(name, value)
    if not 0 <= number < 1 << bits:
        raise OverflowError(OUT_OF_RANGE_TEXT)
    return number


def to_optional_unsigned(name: str, value: Any) -> int | None:
    """Returns None if the value is None. Converts any other value to an unsigned integer of 32 bits."""
    return None if value is None else to_unsigned(name, value)


def to_wide_unsigned(name: str | None, value: Any, bits: int) -> int:
    """Converts an int, or an object with `__index__`, to an unsigned integer of `bits` bits. `bits` is 64 or 128.

    Raises TypeError for any other object, and OverflowError if the integer does not fit. The messages of an
    OverflowError differ from the messages of `to_unsigned`, as in wasmer 1.1.
    """
    number = _to_int(name, value)
    if number < 0:
        raise OverflowError(NEGATIVE_TEXT)
    if number >= 1 << bits:
        raise OverflowError(TOO_BIG_TEXT)
    return number


def to_float(name: str | None, value: Any) -> float:
    """Converts an object with `__float__` or `__index__` to a float. Raises TypeError for any other object."""
    if not hasattr(value, "__float__") and not hasattr(value, "__index__"):
        raise _type_error(name, f"must be real number, not {type(value).__name__}")
    return float(value)


def _type_error(name: str | None, message: str) -> TypeError:
    return TypeError(f"argument '{name}': {message}" if name else message)


def _to_int(name: str | None, value: Any) -> int:
    try:
        return operator.index(value)
    except TypeError as error:
        raise _type_error(name, str(error)) from None


def to_long(name: str | None, value: Any) -> int:
    """Converts an int, or an object with `__index__`, to an integer in the range of C's `long`.

    Raises TypeError for any other object, and OverflowError if the integer is out of range.
    """
    number = _to_int(name, value)
    if not fits_long(number):
        raise OverflowError(TOO_LARGE_FOR_LONG_TEXT)
    return number


def fits_long(number: int) -> bool:
    """Returns whether C's `long` can hold the number. On the platform of wasmer 1.1, `long` has 64 bits."""
    return -(1 << 63) <= number < 1 << 63


def check_sequence(name: str | None, value: Any) -> Any:
    """Returns the value if it is a sequence by the rules of Python's C API. Raises TypeError for any other value.

    By the rules of the C API, an object with `__getitem__`, such as a str, is a sequence if it is not a mapping. A dict
    and a view of a memory are mappings.
    """
    if not hasattr(type(value), "__getitem__") or isinstance(value, (dict, Elements)):
        raise_wrong_class(name, value, "Sequence")
    return value
