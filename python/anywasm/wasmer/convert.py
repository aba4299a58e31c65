"""Converts Python objects to WebAssembly values by the rules of wasmer 1.1.

An integer type accepts an int (so also a bool or IntEnum) in its signed or unsigned range. A float type accepts only a
float. WebAssembly integers become signed Python integers.
"""

from __future__ import annotations

from typing import Any

from anywasm.core import Func, OpaqueRef, ValType
from anywasm.wasmer import arguments

_INTEGERS = {ValType.I32: 32, ValType.I64: 64}


def to_wasm(ty: ValType, value: Any) -> Any:
    """Converts a Python object to a plain value of this type (see `core/values.py`).

    Raises OverflowError for an integer out of range, and TypeError for an object of the wrong class.
    """
    if ty in _INTEGERS:
        return _integer(value, _INTEGERS[ty])
    if ty in (ValType.F32, ValType.F64):
        if not isinstance(value, float):
            raise TypeError(f"'{_class_name(value)}' object cannot be converted to 'PyFloat'")
        return value
    if ty is ValType.V128:
        return _vector(value)
    if ty is ValType.EXTERNREF:
        return value
    if value is None or isinstance(value, (Func, OpaqueRef)):
        return value
    raise TypeError(f"'{_class_name(value)}' object cannot be converted to a function reference")


def _integer(value: Any, bits: int) -> int:
    if not isinstance(value, int):
        raise TypeError(f"'{_class_name(value)}' object cannot be converted to 'PyLong'")
    if not -(1 << bits - 1) <= value < 1 << bits:
        raise OverflowError(_overflow_text(value, bits))
    return value - (1 << bits) if value >= 1 << bits - 1 else int(value)


def _overflow_text(value: int, bits: int) -> str:
    if bits == 32:
        return arguments.OUT_OF_RANGE if arguments.fits_long(value) else arguments.TOO_LARGE_FOR_LONG
    return arguments.NEGATIVE if value < 0 else arguments.TOO_BIG


def _vector(value: Any) -> int:
    if not isinstance(value, int):
        raise TypeError(f"'{_class_name(value)}' object cannot be converted to 'PyLong'")
    if not 0 <= value < 1 << 128:
        raise OverflowError(_overflow_text(value, 128))
    return int(value)


def _class_name(value: Any) -> str:
    return type(value).__name__
