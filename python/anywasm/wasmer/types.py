"""Types, as wasmer describes them."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import Any

from anywasm import core
from anywasm.core import ValType
from anywasm.wasmer import arguments
from anywasm.wasmer.describe import option, val_type, val_types
from anywasm.wasmer.sealed import Sealed


class Type(enum.IntEnum):
    """A value type. The types that objects report are plain integers of these values.

    >>> from anywasm.wasmer import FunctionType, Type
    >>> FunctionType([Type.I32], []).params == [Type.I32]
    True
    """

    I32 = 1
    I64 = 2
    F32 = 3
    F64 = 4
    V128 = 5
    EXTERN_REF = 6
    FUNC_REF = 7


_TO_CORE: dict[int, ValType] = {
    Type.I32: ValType.I32,
    Type.I64: ValType.I64,
    Type.F32: ValType.F32,
    Type.F64: ValType.F64,
    Type.V128: ValType.V128,
    Type.EXTERN_REF: ValType.EXTERNREF,
    Type.FUNC_REF: ValType.FUNCREF,
}
_FROM_CORE = {core_type: int(ty) for ty, core_type in _TO_CORE.items()}


def to_core(name: str, ty: Any) -> ValType:
    """The core's type for a `Type` or its number, given as the argument of this name."""
    found = _TO_CORE.get(arguments.unsigned(name, ty, 8))
    if found is None:
        raise ValueError("Failed to extract `Type` from `PyAny`")
    return found


def all_to_core(name: str, types: Any) -> tuple[ValType, ...]:
    """The same for a sequence of them."""
    return tuple(to_core(name, ty) for ty in arguments.sequence(name, types))


def from_core(ty: ValType) -> int:
    """The number that wasmer gives a type; a type it has no number for counts as a reference to something external."""
    return _FROM_CORE.get(ty, int(Type.EXTERN_REF))


class FunctionType(Sealed):
    """A function's parameters and results, read-only.

    >>> from anywasm.wasmer import FunctionType, Type
    >>> str(FunctionType(params=[Type.I32, Type.I32], results=[Type.I32]))
    'FunctionType(params: [I32, I32], results: [I32])'
    """

    __slots__ = ("_core",)

    def __init__(self, params: Sequence[int], results: Sequence[int]) -> None:
        self._core = core.FuncType(all_to_core("params", params), all_to_core("results", results))

    @property
    def params(self) -> list[int]:
        """The parameter types."""
        return [from_core(ty) for ty in self._core.params]

    @property
    def results(self) -> list[int]:
        """The result types."""
        return [from_core(ty) for ty in self._core.results]

    def __str__(self) -> str:
        return f"FunctionType(params: {val_types(self._core.params)}, results: {val_types(self._core.results)})"


class MemoryType(Sealed):
    """A memory's size in pages of 64 KiB.

    >>> from anywasm.wasmer import MemoryType
    >>> str(MemoryType(1, 3))
    'MemoryType(minimum: 1, maximum: Some(3), shared: false)'
    """

    __slots__ = ("_core",)

    def __init__(self, minimum: int, maximum: int | None = None, shared: bool = False) -> None:
        self._core = core.MemoryType(
            arguments.unsigned("minimum", minimum),
            arguments.optional_unsigned("maximum", maximum),
            shared=arguments.boolean("shared", shared),
        )

    @property
    def minimum(self) -> int:
        """In pages."""
        return self._core.minimum

    @property
    def maximum(self) -> int | None:
        """In pages."""
        return self._core.maximum

    @property
    def shared(self) -> bool:
        """Whether threads may share it."""
        return self._core.shared

    def __str__(self) -> str:
        shared = str(self.shared).lower()
        return f"MemoryType(minimum: {self.minimum}, maximum: {option(self.maximum)}, shared: {shared})"


class GlobalType(Sealed):
    """A global's type, and whether it can be set.

    >>> from anywasm.wasmer import GlobalType, Type
    >>> str(GlobalType(Type.I64, True))
    'GlobalType(type: I64, mutable: true)'
    """

    __slots__ = ("_core",)

    def __init__(self, type: int, mutable: bool) -> None:
        self._core = core.GlobalType(to_core("r#type", type), arguments.boolean("mutable", mutable))

    @property
    def type(self) -> int:
        """The type of its value."""
        return from_core(self._core.content)

    @property
    def mutable(self) -> bool:
        """Whether it can be set."""
        return self._core.mutable

    def __str__(self) -> str:
        return f"GlobalType(type: {val_type(self._core.content)}, mutable: {str(self.mutable).lower()})"


class TableType(Sealed):
    """A table's element type, and its size in elements.

    >>> from anywasm.wasmer import TableType, Type
    >>> str(TableType(Type.FUNC_REF, 2, 5))
    'TableType(type: FuncRef, minimum: 2, maximum: Some(5))'
    """

    __slots__ = ("_core",)

    def __init__(self, type: int, minimum: int, maximum: int | None = None) -> None:
        self._core = core.TableType(
            to_core("r#type", type),
            arguments.unsigned("minimum", minimum),
            arguments.optional_unsigned("maximum", maximum),
        )

    @property
    def type(self) -> int:
        """The type of its elements."""
        return from_core(self._core.element)

    @property
    def minimum(self) -> int:
        """In elements."""
        return self._core.minimum

    @property
    def maximum(self) -> int | None:
        """In elements."""
        return self._core.maximum

    def __str__(self) -> str:
        ty = val_type(self._core.element)
        return f"TableType(type: {ty}, minimum: {self.minimum}, maximum: {option(self.maximum)})"


class ExportType(Sealed):
    """An export's name and type."""

    __slots__ = ("_name", "_type")

    def __init__(self, name: str, type: Any) -> None:
        self._name = arguments.text("name", name)
        self._type = type

    @property
    def name(self) -> str:
        """The name."""
        return self._name

    @property
    def type(self) -> Any:
        """What it was made with; of a module's export, its `FunctionType`, `MemoryType` and so on."""
        return self._type


class ImportType(Sealed):
    """An import's module, name and type."""

    __slots__ = ("_module", "_name", "_type")

    def __init__(self, module: str, name: str, type: Any) -> None:
        self._module = arguments.text("module", module)
        self._name = arguments.text("name", name)
        self._type = type

    @property
    def module(self) -> str:
        """The name of the namespace."""
        return self._module

    @property
    def name(self) -> str:
        """The name."""
        return self._name

    @property
    def type(self) -> Any:
        """What it was made with; of a module's import, its `FunctionType`, `MemoryType` and so on."""
        return self._type


_CLASSES: dict[type, Any] = {
    core.FuncType: FunctionType,
    core.MemoryType: MemoryType,
    core.GlobalType: GlobalType,
    core.TableType: TableType,
}


def of_core(ty: core.ExternType) -> Any:
    """wasmer's type object for a core type; the core's own where wasmer has none."""
    found = _CLASSES.get(type(ty))
    if found is None:
        return ty
    result = found.__new__(found)
    result._core = ty
    return result
