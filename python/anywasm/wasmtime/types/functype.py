"""Types of functions, and of tags, which have one."""

from __future__ import annotations

from collections.abc import Sequence

from anywasm import core
from anywasm.wasmtime.described import Described
from anywasm.wasmtime.types.valtype import ValType


class FuncType(Described[core.FuncType]):
    """A function's parameters and results.

    >>> from anywasm.wasmtime import FuncType, ValType
    >>> FuncType([ValType.i32()], []).params
    [i32]
    """

    def __init__(self, params: Sequence[ValType], results: Sequence[ValType]) -> None:
        self._describe(core.FuncType(_val_types(params), _val_types(results)))

    @property
    def params(self) -> list[ValType]:
        """The parameter types."""
        return [ValType._of(ty) for ty in self._core.params]

    @property
    def results(self) -> list[ValType]:
        """The result types."""
        return [ValType._of(ty) for ty in self._core.results]


def _val_types(types: Sequence[ValType]) -> tuple[core.ValType, ...]:
    for ty in types:
        if not isinstance(ty, ValType):
            raise TypeError("expected ValType")
    # A sequence has a length, which what can be read only once has not.
    return tuple(types[index]._core for index in range(len(types)))


class TagType(Described[core.TagType]):
    """The type of an exception tag: its parameters are what an exception carries. It takes over the `FuncType`.

    >>> from anywasm.wasmtime import FuncType, TagType, ValType
    >>> TagType(FuncType([ValType.i32()], [])).functype.params
    [i32]
    """

    def __init__(self, functype: FuncType) -> None:
        if not isinstance(functype, FuncType):
            raise TypeError("expected a FuncType")
        self._describe(core.TagType(functype._core))
        functype._consume()

    @property
    def functype(self) -> FuncType:
        """The type whose parameters an exception carries."""
        return FuncType._of(self._core.func)
