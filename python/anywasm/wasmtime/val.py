"""The class `Val`, for typed values."""

from __future__ import annotations

from typing import Any, Optional

from anywasm import core
from anywasm.wasmtime.errors import WasmtimeError
from anywasm.wasmtime.types import ValType

#: The sizes of the integer types, in bits.
INTEGER_BITS = {core.ValType.I32: 32, core.ValType.I64: 64}

#: The value types that a `Val` can have, by their numbers in wasmtime's C API (`wasmtime_valkind_t`).
_TYPES_BY_NUMBER = {
    0: core.ValType.I32,
    1: core.ValType.I64,
    2: core.ValType.F32,
    3: core.ValType.F64,
    4: core.ValType.V128,
    5: core.ValType.FUNCREF,
    6: core.ValType.EXTERNREF,
}


def wrap(ty: core.ValType, value: int) -> int:
    """Reduces an integer modulo 2**32 for i32, or modulo 2**64 for i64. Returns a signed integer."""
    bits = INTEGER_BITS[ty]
    value = int.__and__(value, (1 << bits) - 1)  # Not `&`, because a subclass of int can override this operator.
    return value - (1 << bits) if value >> bits - 1 else value


class Val:
    """A value with a WebAssembly type. Programs may pass a `Val` in place of a Python object.

    >>> from anywasm.wasmtime import Val
    >>> Val.i32(0xffffffff).value
    -1
    >>> Val.i32(1) == 1
    True
    """

    # The slot `__dict__` lets programs add attributes. Objects stay small, because CPython creates the dictionary only
    # when a program adds an attribute.
    __slots__ = ("__dict__", "__weakref__", "_core_type", "_core_value")

    __hash__ = None  # type: ignore[assignment]

    _core_type: core.ValType
    _core_value: Any

    def __init__(self, kind: Any, val: Any) -> None:
        """`kind` is the number of the type in wasmtime's header `val.h`, as an int or a ctypes integer."""
        number = getattr(kind, "value", kind)
        if number not in _TYPES_BY_NUMBER:
            numbers = ", ".join(map(str, _TYPES_BY_NUMBER))
            raise TypeError(f"expected the number of a value type, one of {numbers}, not {kind!r}")
        self._core_type, self._core_value = _TYPES_BY_NUMBER[number], val

    @classmethod
    def _core_make(cls, ty: core.ValType, value: Any) -> Val:
        val = cls.__new__(cls)
        val._core_type, val._core_value = ty, value
        return val

    @classmethod
    def i32(cls, val: int) -> Val:
        """Returns a 32-bit integer: any int, reduced modulo 2**32."""
        return cls._core_from_int(core.ValType.I32, val)

    @classmethod
    def i64(cls, val: int) -> Val:
        """Returns a 64-bit integer: any int, reduced modulo 2**64."""
        return cls._core_from_int(core.ValType.I64, val)

    @classmethod
    def _core_from_int(cls, ty: core.ValType, val: int) -> Val:
        if not isinstance(val, int):
            raise TypeError("expected an integer")
        return cls._core_make(ty, wrap(ty, val))

    @classmethod
    def f32(cls, val: float) -> Val:
        """Returns a 32-bit float: a Python float, rounded to 32 bits."""
        return cls._core_from_float(core.ValType.F32, val)

    @classmethod
    def f64(cls, val: float) -> Val:
        """Returns a 64-bit float with the value of a Python float."""
        return cls._core_from_float(core.ValType.F64, val)

    @classmethod
    def _core_from_float(cls, ty: core.ValType, val: float) -> Val:
        if not isinstance(val, float):
            raise TypeError("expected a float")
        return cls._core_make(ty, core.round_to_f32(val) if ty is core.ValType.F32 else float(val))

    @classmethod
    def externref(cls, extern: Any) -> Val:
        """Returns a reference to any Python object. None is the null reference."""
        return cls._core_make(core.ValType.EXTERNREF, extern)

    @classmethod
    def funcref(cls, f: Optional[core.Func]) -> Val:
        """Returns a reference to a function. None is the null reference."""
        return cls._core_make(core.ValType.FUNCREF, f)

    @classmethod
    def ref_null(cls, ty: ValType) -> Val:
        """Returns the null reference of type funcref or externref. Raises WasmtimeError for any other type."""
        if not isinstance(ty, ValType) or ty._core_object not in (core.ValType.FUNCREF, core.ValType.EXTERNREF):
            raise WasmtimeError(f"Invalid reference type for `ref_null`: {ty}")
        return cls._core_make(ty._core_object, None)

    @property
    def type(self) -> ValType:
        """The WebAssembly type of the value."""
        return ValType._core_wrap(self._core_type)

    @property
    def value(self) -> Any:
        """The value as a Python object."""
        return self._core_value

    def _core_value_if(self, ty: core.ValType) -> Any:
        return self._core_value if self._core_type is ty else None

    def as_i32(self) -> Optional[int]:
        """Returns the integer, or None if the type is not i32."""
        integer: Optional[int] = self._core_value_if(core.ValType.I32)
        return integer

    def as_i64(self) -> Optional[int]:
        """Returns the integer, or None if the type is not i64."""
        integer: Optional[int] = self._core_value_if(core.ValType.I64)
        return integer

    def as_f32(self) -> Optional[float]:
        """Returns the float, or None if the type is not f32."""
        number: Optional[float] = self._core_value_if(core.ValType.F32)
        return number

    def as_f64(self) -> Optional[float]:
        """Returns the float, or None if the type is not f64."""
        number: Optional[float] = self._core_value_if(core.ValType.F64)
        return number

    def as_externref(self) -> Any:
        """Returns the Python object, or None if the type is not externref."""
        return self._core_value_if(core.ValType.EXTERNREF)

    def as_funcref(self) -> Any:
        """Returns the function, or None if the type is not funcref. Raises AssertionError for the null reference."""
        if self._core_type is core.ValType.FUNCREF:
            assert isinstance(self._core_value, core.Func)
        return self._core_value_if(core.ValType.FUNCREF)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Val):
            return self._core_type is other._core_type and bool(self._core_value == other._core_value)
        return bool(self._core_value == other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __repr__(self) -> str:
        return f"Val({self.type}, {self._core_value!r})"
