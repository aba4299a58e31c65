"""The class `ValType`, for value types."""

from __future__ import annotations

from typing import Any

from anywasm import core
from anywasm.wasmtime.described import Described
from anywasm.wasmtime.errors import WasmtimeError


class ValType(Described[core.ValType]):
    """A value type. Class methods such as `ValType.i32()` return value types.

    An import or export can have a type without a class method, such as v128. Programs can compare and print this type.

    >>> from anywasm.wasmtime import ValType
    >>> ValType.i32() == ValType.i32(), str(ValType.i64())
    (True, 'i64')
    """

    __hash__ = None  # type: ignore[assignment]

    def __init__(self) -> None:
        raise WasmtimeError("cannot construct directly")

    @classmethod
    def i32(cls) -> ValType:
        """Returns the type of 32-bit integers."""
        return cls._core_wrap(core.ValType.I32)

    @classmethod
    def i64(cls) -> ValType:
        """Returns the type of 64-bit integers."""
        return cls._core_wrap(core.ValType.I64)

    @classmethod
    def f32(cls) -> ValType:
        """Returns the type of 32-bit floats."""
        return cls._core_wrap(core.ValType.F32)

    @classmethod
    def f64(cls) -> ValType:
        """Returns the type of 64-bit floats."""
        return cls._core_wrap(core.ValType.F64)

    @classmethod
    def externref(cls) -> ValType:
        """Returns the type of references to any Python object."""
        return cls._core_wrap(core.ValType.EXTERNREF)

    @classmethod
    def funcref(cls) -> ValType:
        """Returns the type of references to functions."""
        return cls._core_wrap(core.ValType.FUNCREF)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ValType) and self._core_object == other._core_object

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __str__(self) -> str:
        # When wasmtime-py chose its names, the proposal for reference types still called externref `anyref`.
        return "anyref" if self._core_object is core.ValType.EXTERNREF else str(self._core_object)

    __repr__ = __str__


def content_type(ty: Any) -> core.ValType:
    """Returns the core's type for the value type of a global or table.

    Raises TypeError for an object that is not a `ValType`.
    """
    if not isinstance(ty, ValType):
        raise TypeError("expected valtype")
    return ty._core_object
