"""The class `TableType`, for types of tables."""

from __future__ import annotations

import operator

from anywasm import core
from anywasm.wasmtime.described import Described
from anywasm.wasmtime.errors import WasmtimeError
from anywasm.wasmtime.types.limits import Limits, check_limits
from anywasm.wasmtime.types.valtype import ValType, content_type

#: The number of values of an unsigned 32-bit integer. The C API has 32-bit table sizes.
_U32_RANGE = 1 << 32
#: The maximum that means "no maximum" in the C API, and therefore in wasmtime-py.
_NO_MAXIMUM = 0xFFFF_FFFF


class TableType(Described[core.TableType]):
    """The type of a table: its element type, and its minimum and maximum number of elements.

    As in wasmtime-py, the sizes are taken modulo 2**32.

    >>> from anywasm.wasmtime import Limits, TableType, ValType
    >>> TableType(ValType.funcref(), Limits(1, 5)).limits.max
    5
    """

    def __init__(self, valtype: ValType, limits: Limits) -> None:
        check_limits(limits)
        element = content_type(valtype)
        maximum = _NO_MAXIMUM if limits.max is None else _to_u32(limits.max)
        minimum = _to_u32(limits.min)
        if element not in core.REFERENCES:
            raise WasmtimeError("failed to allocate TableType")
        self._core_set_description(core.TableType(element, minimum, None if maximum == _NO_MAXIMUM else maximum))

    @property
    def element(self) -> ValType:
        """The type of the elements."""
        return ValType._core_wrap(self._core_object.element)

    @property
    def limits(self) -> Limits:
        """The minimum and maximum number of elements."""
        return Limits(self._core_object.minimum, self._core_object.maximum)


def _to_u32(size: int) -> int:
    return operator.index(size) % _U32_RANGE
