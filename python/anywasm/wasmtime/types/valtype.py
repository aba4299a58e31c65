"""Value types."""

from __future__ import annotations

from typing import Any

from anywasm import core
from anywasm.wasmtime.described import Described
from anywasm.wasmtime.errors import WasmtimeError


class ValType(Described[core.ValType]):
    """A value type, made by the class methods. Types that wasmtime-py has no method for can be looked at.

    >>> from anywasm.wasmtime import ValType
    >>> ValType.i32() == ValType.i32(), str(ValType.i64())
    (True, 'i64')
    """

    __hash__ = None  # type: ignore[assignment]

    def __init__(self) -> None:
        raise WasmtimeError("cannot construct directly")

    @classmethod
    def i32(cls) -> ValType:
        """A 32-bit integer."""
        return cls._of(core.ValType.I32)

    @classmethod
    def i64(cls) -> ValType:
        """A 64-bit integer."""
        return cls._of(core.ValType.I64)

    @classmethod
    def f32(cls) -> ValType:
        """A 32-bit float."""
        return cls._of(core.ValType.F32)

    @classmethod
    def f64(cls) -> ValType:
        """A 64-bit float."""
        return cls._of(core.ValType.F64)

    @classmethod
    def externref(cls) -> ValType:
        """A reference to any Python object."""
        return cls._of(core.ValType.EXTERNREF)

    @classmethod
    def funcref(cls) -> ValType:
        """A reference to a function."""
        return cls._of(core.ValType.FUNCREF)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ValType) and self._core == other._core

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __str__(self) -> str:
        # `anyref` is what the reference to any host object was called when wasmtime-py chose its names.
        return "anyref" if self._core is core.ValType.EXTERNREF else str(self._core)

    __repr__ = __str__


def content_type(ty: Any) -> core.ValType:
    """The core's type for what a global or table holds; TypeError for anything but a `ValType`."""
    if not isinstance(ty, ValType):
        raise TypeError("expected valtype")
    return ty._core
