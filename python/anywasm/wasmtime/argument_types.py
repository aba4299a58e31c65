"""The errors for arguments of the wrong type, as in wasmtime-py.

Where wasmtime-py checks the type of an argument, it raises TypeError. Elsewhere, it fails when it looks for an
attribute of the argument, or when ctypes refuses the argument. The errors of this module are of both kinds: of the
class that wasmtime-py raises, and TypeErrors. They have the texts of wasmtime-py. A note says which type is expected.
"""

from __future__ import annotations

import operator
import sys
from typing import Any


class WrongTypeError(AttributeError, TypeError):
    """The error for an argument without the attribute that wasmtime-py looks for.

    Programs can catch it as a TypeError, or as an AttributeError as in wasmtime-py.

    >>> from anywasm.wasmtime import Trap
    >>> try:
    ...     Trap(5)
    ... except TypeError as error:
    ...     print(error)
    'int' object has no attribute 'encode'
    """


def attribute_of(argument: Any, name: str, expected: str) -> Any:
    """Returns an attribute of an argument. Raises WrongTypeError if the argument does not have the attribute.

    `expected` says which type the argument should have, for the error's note.
    """
    try:
        return getattr(argument, name)
    except AttributeError as error:
        wrong_type = WrongTypeError(str(error))
    raise _with_note(wrong_type, argument, expected)


def check_texts(*arguments: Any) -> None:
    """Raises WrongTypeError unless each argument is a str, and UnicodeEncodeError if it has no UTF-8 encoding."""
    for argument in arguments:
        try:
            argument.encode()
        except AttributeError:
            attribute_of(argument, "encode", "a str")
            raise


def check_class(argument: Any, cls: type, attribute: str = "ptr") -> None:
    """Raises TypeError unless the argument is an object of the class.

    The error is a WrongTypeError if the argument does not have the attribute that wasmtime-py looks for.
    """
    if not isinstance(argument, cls):
        expected = f"{'an' if cls.__name__[0] in 'AEIO' else 'a'} {cls.__name__}"
        attribute_of(argument, attribute, expected)
        raise TypeError(f"expected {expected}")


def to_int(argument: Any, position: int) -> int:
    """Returns an argument as an int.

    Raises an error that is a `ctypes.ArgumentError` and a TypeError if the argument is not an integer. Its message
    contains `position`, the position of the argument in the call of wasmtime's C function.
    """
    try:
        return operator.index(argument)
    except TypeError:
        # Imported only when needed, because the import of ctypes takes long.
        from anywasm.wasmtime.argument_error import ArgumentError

        refused = ArgumentError(f"argument {position}: TypeError: wrong type")
    raise _with_note(refused, argument, "an int")


def _with_note(error: TypeError, argument: Any, expected: str) -> TypeError:
    if sys.version_info >= (3, 11):
        error.add_note(f"expected {expected}, not {type(argument).__name__!r}")
    return error
