"""Converts Python objects to WebAssembly values by the rules of wasmer 1.1.

For an integer type, the Python object must be an int in the signed or unsigned range of the type. A bool or a member of
an IntEnum is an int, too. For a float type, the Python object must be a float. A vector (v128) is an unsigned int.
"""

from __future__ import annotations

from typing import Any

from anywasm.core import Func, OpaqueRef, ValType
from anywasm.wasmer import arguments

#: The integer types with their sizes in bits.
_INTEGER_BITS = {ValType.I32: 32, ValType.I64: 64}


def to_wasm(ty: ValType, value: Any) -> Any:
    """Converts a Python object to a plain value of this type: a value as the core expects it (see `core/values.py`).

    Raises OverflowError for an integer out of range, and TypeError for an object of the wrong class.
    """
    if ty in _INTEGER_BITS:
        return _convert_integer(value, _INTEGER_BITS[ty])
    if ty in (ValType.F32, ValType.F64):
        if not isinstance(value, float):
            raise TypeError(f"'{_class_name(value)}' object cannot be converted to 'PyFloat'")
        return value
    if ty is ValType.V128:
        return _convert_vector(value)
    if ty is ValType.EXTERNREF:
        return value
    if value is None or isinstance(value, (Func, OpaqueRef)):
        return value
    raise TypeError(f"'{_class_name(value)}' object cannot be converted to a function reference")


def _convert_integer(value: Any, bits: int) -> int:
    """Converts an int in the signed or unsigned range of `bits` bits to a signed int."""
    if not isinstance(value, int):
        raise TypeError(f"'{_class_name(value)}' object cannot be converted to 'PyLong'")
    if not -(1 << bits - 1) <= value < 1 << bits:
        raise OverflowError(_overflow_text(value, bits))
    return value - (1 << bits) if value >= 1 << bits - 1 else int(value)


def _overflow_text(value: int, bits: int) -> str:
    """Returns the error text of wasmer 1.1 for an int that is out of the range of a type of `bits` bits."""
    if bits == 32:
        return arguments.OUT_OF_RANGE_TEXT if arguments.fits_long(value) else arguments.TOO_LARGE_FOR_LONG_TEXT
    return arguments.NEGATIVE_TEXT if value < 0 else arguments.TOO_BIG_TEXT


def _convert_vector(value: Any) -> int:
    if not isinstance(value, int):
        raise TypeError(f"'{_class_name(value)}' object cannot be converted to 'PyLong'")
    if not 0 <= value < 1 << 128:
        raise OverflowError(_overflow_text(value, 128))
    return int(value)


def _class_name(value: Any) -> str:
    return type(value).__name__
