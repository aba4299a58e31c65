"""Values with a type, as a global's initial value."""

from __future__ import annotations

from typing import Any

from anywasm.core import ValType
from anywasm.wasmer import convert


class Value:
    """A value of a WebAssembly type.

    >>> from anywasm.wasmer import Value
    >>> Value.i32(42)
    I32(42)
    """

    __slots__ = ("_type", "_value")

    _type: ValType
    _value: Any

    def __init__(self) -> None:
        raise TypeError("No constructor defined")

    @staticmethod
    def _of(ty: ValType, value: Any) -> Value:
        result = Value.__new__(Value)
        result._type, result._value = ty, convert.to_wasm(ty, value)
        return result

    @staticmethod
    def i32(value: int) -> Value:
        """A 32-bit integer."""
        return Value._of(ValType.I32, value)

    @staticmethod
    def i64(value: int) -> Value:
        """A 64-bit integer."""
        return Value._of(ValType.I64, value)

    @staticmethod
    def f32(value: float) -> Value:
        """A 32-bit float; an int will do."""
        return Value._of(ValType.F32, float(value))

    @staticmethod
    def f64(value: float) -> Value:
        """A 64-bit float; an int will do."""
        return Value._of(ValType.F64, float(value))

    @staticmethod
    def v128(value: int) -> Value:
        """A vector, as an unsigned 128-bit integer."""
        return Value._of(ValType.V128, value)

    def __repr__(self) -> str:
        return f"{self._type.name}({self._value})"
