"""The class `GlobalType`, for types of globals."""

from __future__ import annotations

from anywasm import core
from anywasm.wasmtime.described import Described
from anywasm.wasmtime.types.valtype import ValType, content_type


class GlobalType(Described[core.GlobalType]):
    """The type of a global: its value type, and whether it is mutable.

    >>> from anywasm.wasmtime import GlobalType, ValType
    >>> ty = GlobalType(ValType.i64(), mutable=True)
    >>> ty.content, ty.mutable
    (i64, True)
    """

    def __init__(self, valtype: ValType, mutable: bool) -> None:
        self._core_set_description(core.GlobalType(content_type(valtype), bool(mutable)))

    @property
    def content(self) -> ValType:
        """The type of the global's value."""
        return ValType._core_wrap(self._core_object.content)

    @property
    def mutable(self) -> bool:
        """Whether the global's value can be changed."""
        return self._core_object.mutable
