"""The class `Value`, for typed values such as the initial value of a global."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from anywasm import core
from anywasm.core import ValType
from anywasm.wasmer import arguments
from anywasm.wasmer.sealed import Unconstructible


class Value(Unconstructible):
    """A value of a WebAssembly type.

    >>> from anywasm.wasmer import Value
    >>> Value.i32(42), Value.f32(0.1), Value.f64(1e-7)
    (I32(42), F32(0.1), F64(0.0000001))
    """

    __slots__ = ("_type", "_value")

    _type: ValType
    _value: Any

    @staticmethod
    def _make(ty: ValType, value: Any) -> Value:
        result = Value.__new__(Value)
        result._type, result._value = ty, value
        return result

    @staticmethod
    def i32(value: int) -> Value:
        """Makes a 32-bit integer from an int in the range -2**31 to 2**31 - 1. OverflowError outside of this range."""
        return Value._make(ValType.I32, arguments.signed("value", value, 32))

    @staticmethod
    def i64(value: int) -> Value:
        """Makes a 64-bit integer from an int in the range -2**63 to 2**63 - 1. OverflowError outside of this range."""
        return Value._make(ValType.I64, arguments.signed("value", value, 64))

    @staticmethod
    def f32(value: float) -> Value:
        """Makes a 32-bit float from a float or int, which is rounded to the nearest 32-bit float."""
        return Value._make(ValType.F32, core.round_to_f32(arguments.real("value", value)))

    @staticmethod
    def f64(value: float) -> Value:
        """Makes a 64-bit float from a float or int."""
        return Value._make(ValType.F64, arguments.real("value", value))

    @staticmethod
    def v128(value: int) -> Value:
        """Makes a vector from an int in the range 0 to 2**128 - 1. OverflowError outside of this range."""
        return Value._make(ValType.V128, arguments.wide_unsigned("value", value, 128))

    def __repr__(self) -> str:
        value = self._value
        if self._type is ValType.F32:
            value = _decimal(_shortest_f32(value))
        elif self._type is ValType.F64:
            value = _decimal(repr(value))
        return f"{self._type.name}({value})"


def _shortest_f32(value: float) -> str:
    """Returns the shortest decimal that rounds to this 32-bit float. Nine digits are always enough."""
    texts = (f"{value:.{digits}g}" for digits in range(1, 10))
    return next((text for text in texts if core.round_to_f32(float(text)) == value), repr(value))


def _decimal(text: str) -> str:
    """Rewrites a float without an exponent, e.g. 1e-07 as 0.0000001."""
    if text in ("nan", "inf", "-inf"):
        return text.replace("nan", "NaN")
    plain = f"{Decimal(text):f}"
    return plain if "." in plain else f"{plain}.0"
