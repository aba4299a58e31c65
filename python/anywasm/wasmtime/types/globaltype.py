"""Types of globals."""

from __future__ import annotations

from anywasm import core
from anywasm.wasmtime.described import Described
from anywasm.wasmtime.types.valtype import ValType, content_type


class GlobalType(Described[core.GlobalType]):
    """A global's value type, and whether it can be set.

    >>> from anywasm.wasmtime import GlobalType, ValType
    >>> ty = GlobalType(ValType.i64(), mutable=True)
    >>> ty.content, ty.mutable
    (i64, True)
    """

    def __init__(self, valtype: ValType, mutable: bool) -> None:
        self._describe(core.GlobalType(content_type(valtype), bool(mutable)))

    @property
    def content(self) -> ValType:
        """The type of its value."""
        return ValType._of(self._core.content)

    @property
    def mutable(self) -> bool:
        """Whether it can be set."""
        return self._core.mutable
