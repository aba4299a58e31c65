"""Python objects as WebAssembly values and back, by wasmtime-py's rules.

Integers wrap modulo the type's size; floats are float and nothing else; an externref is any object.
"""

from __future__ import annotations

from typing import Any

from anywasm.core import Func, OpaqueRef, ValType

_INTEGERS = {ValType.I32: 32, ValType.I64: 64}


def wrap(ty: ValType, value: int) -> int:
    """The integer modulo 2**32 or 2**64, signed."""
    bits = _INTEGERS[ty]
    value = int.__and__(value, (1 << bits) - 1)  # An int, whatever a class derived from it makes of `&`.
    return value - (1 << bits) if value >> bits - 1 else value


def to_wasm(ty: ValType, value: Any) -> Any:
    """A Python object or a `Val` as the plain value of this type; TypeError where it is not one."""
    from anywasm.wasmtime.val import Val

    if isinstance(value, Val):
        if value._type is not ty:
            raise TypeError("wrong type of `Val` provided")
        return value._value
    if ty in _INTEGERS and isinstance(value, int):
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
