"""Defines the class `Value`. A `Value` is a value with a type, such as the initial value of a global."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from anywasm import core
from anywasm.core import ValType
from anywasm.wasmer import arguments
from anywasm.wasmer.sealed import Unconstructible


class Value(Unconstructible):
    """A number or a vector (v128) with its WebAssembly type.

    >>> from anywasm.wasmer import Value
    >>> Value.i32(42), Value.f32(0.1), Value.f64(1e-7)
    (I32(42), F32(0.1), F64(0.0000001))
    """

    __slots__ = ("_type", "_value")

    _type: ValType
    _value: Any

    @staticmethod
    def _make(ty: ValType, value: Any) -> Value:
        typed_value = Value.__new__(Value)
        typed_value._type, typed_value._value = ty, value
        return typed_value

    @staticmethod
    def i32(value: int) -> Value:
        """Returns a 32-bit integer. Raises OverflowError if `value` is not in the range -2**31 to 2**31 - 1."""
        return Value._make(ValType.I32, arguments.to_signed("value", value, 32))

    @staticmethod
    def i64(value: int) -> Value:
        """Returns a 64-bit integer. Raises OverflowError if `value` is not in the range -2**63 to 2**63 - 1."""
        return Value._make(ValType.I64, arguments.to_signed("value", value, 64))

    @staticmethod
    def f32(value: float) -> Value:
        """Returns a 32-bit float. `value` is a float or int, and is rounded to the nearest 32-bit float."""
        return Value._make(ValType.F32, core.round_to_f32(arguments.to_float("value", value)))

    @staticmethod
    def f64(value: float) -> Value:
        """Returns a 64-bit float. `value` is a float or int."""
        return Value._make(ValType.F64, arguments.to_float("value", value))

    @staticmethod
    def v128(value: int) -> Value:
        """Returns a vector. Raises OverflowError if `value` is not in the range 0 to 2**128 - 1."""
        return Value._make(ValType.V128, arguments.to_wide_unsigned("value", value, 128))

    def __repr__(self) -> str:
        value = self._value
        if self._type is ValType.F32:
            value = _to_decimal_notation(_shortest_f32(value))
        elif self._type is ValType.F64:
            value = _to_decimal_notation(repr(value))
        return f"{self._type.name}({value})"


def _shortest_f32(value: float) -> str:
    """Returns the shortest decimal number that rounds to this 32-bit float. Nine digits are always enough.

    For a NaN, returns `nan`.
    """
    texts = (f"{value:.{digits}g}" for digits in range(1, 10))
    return next((text for text in texts if core.round_to_f32(float(text)) == value), repr(value))


def _to_decimal_notation(text: str) -> str:
    """Converts a number to decimal notation without an exponent, e.g. `1e-07` to `0.0000001`."""
    if text in ("nan", "inf", "-inf"):
        return text.replace("nan", "NaN")
    plain = f"{Decimal(text):f}"
    return plain if "." in plain else f"{plain}.0"
