"""The classes `FuncType` and `TagType`, for types of functions and exception tags."""

from __future__ import annotations

from collections.abc import Sequence

from anywasm import core
from anywasm.wasmtime.described import Described
from anywasm.wasmtime.types.valtype import ValType


class FuncType(Described[core.FuncType]):
    """The type of a function: its parameter types and result types.

    >>> from anywasm.wasmtime import FuncType, ValType
    >>> FuncType([ValType.i32()], []).params
    [i32]
    """

    def __init__(self, params: Sequence[ValType], results: Sequence[ValType]) -> None:
        self._core_set_description(core.FuncType(_val_types(params), _val_types(results)))

    @property
    def params(self) -> list[ValType]:
        """The types of the parameters, in order."""
        return [ValType._core_wrap(ty) for ty in self._core_object.params]

    @property
    def results(self) -> list[ValType]:
        """The types of the results, in order."""
        return [ValType._core_wrap(ty) for ty in self._core_object.results]


def _val_types(types: Sequence[ValType]) -> tuple[core.ValType, ...]:
    try:
        are_types = all(isinstance(ty, ValType) for ty in types)
    except NotImplementedError:
        # A memoryview whose elements have a format that Python cannot read, such as the view of a ctypes array.
        are_types = False
    if not are_types:
        raise TypeError("expected ValType")
    # Indexing raises TypeError for an iterator. The loop above has exhausted an iterator, so a second loop would find
    # no types and raise no error.
    return tuple(types[index]._core_object for index in range(len(types)))


class TagType(Described[core.TagType]):
    """The type of an exception tag. The parameters of `functype` are the types of an exception's values.

    The constructor closes `functype`.

    >>> from anywasm.wasmtime import FuncType, TagType, ValType
    >>> TagType(FuncType([ValType.i32()], [])).functype.params
    [i32]
    """

    def __init__(self, functype: FuncType) -> None:
        if not isinstance(functype, FuncType):
            raise TypeError("expected a FuncType")
        self._core_set_description(core.TagType(functype._core_object))
        functype._core_consume()

    @property
    def functype(self) -> FuncType:
        """The function type of the tag. Its parameters are the types of an exception's values."""
        return FuncType._core_wrap(self._core_object.func)
