"""Types of tables."""

from __future__ import annotations

import operator

from anywasm import core
from anywasm.wasmtime.described import Described
from anywasm.wasmtime.errors import WasmtimeError
from anywasm.wasmtime.types.limits import Limits, check_limits
from anywasm.wasmtime.types.valtype import ValType, content_type

_BITS = 32
#: What stands for "no largest size" in the C API's limits, and so in wasmtime-py.
_UNLIMITED = 0xFFFF_FFFF


class TableType(Described[core.TableType]):
    """A table's element type, and its size in elements. Sizes are taken modulo 2**32, as wasmtime-py takes them.

    >>> from anywasm.wasmtime import Limits, TableType, ValType
    >>> TableType(ValType.funcref(), Limits(1, 5)).limits.max
    5
    """

    def __init__(self, valtype: ValType, limits: Limits) -> None:
        check_limits(limits)
        element = content_type(valtype)
        largest = _UNLIMITED if limits.max is None else _size(limits.max)
        smallest = _size(limits.min)
        if element not in core.REFERENCES:
            raise WasmtimeError("failed to allocate TableType")
        self._describe(core.TableType(element, smallest, None if largest == _UNLIMITED else largest))

    @property
    def element(self) -> ValType:
        """The type of its elements."""
        return ValType._of(self._core.element)

    @property
    def limits(self) -> Limits:
        """Its size in elements."""
        return Limits(self._core.minimum, self._core.maximum)


def _size(size: int) -> int:
    return operator.index(size) % (1 << _BITS)
