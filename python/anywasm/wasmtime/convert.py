"""Converts Python objects to WebAssembly values by the rules of wasmtime-py.

An integer type accepts any int, and reduces the int modulo 2**32 or 2**64. A float type accepts only a float. The type
externref accepts any object.
"""

from __future__ import annotations

from typing import Any

from anywasm.core import Func, OpaqueRef, ValType
from anywasm.wasmtime.argument_types import check_class
from anywasm.wasmtime.val import INTEGER_BITS, Val, wrap


def to_wasm(ty: ValType, value: Any) -> Any:
    """Converts a Python object or a `Val` to a plain value: a value as the core expects it (see `core/values.py`).

    Raises TypeError for an object that the type `ty` does not accept.
    """
    if isinstance(value, Val):
        if value._core_type is not ty:
            raise TypeError("wrong type of `Val` provided")
        value = value._core_value
        if ty is ValType.FUNCREF and value is not None and not isinstance(value, OpaqueRef):
            check_class(value, Func, "_func")
        return value
    if ty in INTEGER_BITS and isinstance(value, int):
        return wrap(ty, value)
    if ty in (ValType.F32, ValType.F64) and isinstance(value, float):
        return value
    if ty is ValType.V128 and isinstance(value, int) and 0 <= value < 1 << 128:
        return value
    if ty is ValType.EXTERNREF:
        return value
    if ty is ValType.FUNCREF and (value is None or isinstance(value, (Func, OpaqueRef))):
        return value
    raise TypeError(f"don't know how to convert {value!r} to {ty}")
