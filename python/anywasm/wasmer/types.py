"""Defines the classes of wasmer 1.1 for value types, for types of externs, and for types of imports and exports."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import Any

from anywasm import core
from anywasm.core import ValType
from anywasm.wasmer import arguments
from anywasm.wasmer.describe import format_option, format_val_type, format_val_types
from anywasm.wasmer.sealed import Sealed


class Type(enum.IntEnum):
    """A value type. Properties such as `FunctionType.params` return the numbers of value types, as plain integers.

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


def val_type_to_core(name: str, ty: Any) -> ValType:
    """Converts a `Type` or the number of a `Type` to a value type of the core.

    `name` is the name of the argument for error messages. Raises ValueError for a number that is not in `Type`.
    """
    core_type = _TO_CORE.get(arguments.to_unsigned(name, ty, 8))
    if core_type is None:
        raise ValueError("Failed to extract `Type` from `PyAny`")
    return core_type


def val_types_to_core(name: str, types: Any) -> tuple[ValType, ...]:
    """Converts a sequence of `Type`s or numbers to value types of the core. `name` is for error messages."""
    sequence = arguments.check_sequence(name, types)
    try:
        items = tuple(sequence)
    except NotImplementedError as error:
        # A memoryview whose elements have a format that Python cannot read, such as the view of a ctypes array.
        raise TypeError(f"argument '{name}': {error}") from None
    return tuple(val_type_to_core(name, item) for item in items)


def val_type_from_core(ty: ValType) -> int:
    """Returns the number of a value type. If the type is not in `Type`, returns the number of `Type.EXTERN_REF`."""
    return _FROM_CORE.get(ty, int(Type.EXTERN_REF))


class FunctionType(Sealed):
    """The type of a function: its parameter types and result types. The objects are immutable.

    >>> from anywasm.wasmer import FunctionType, Type
    >>> str(FunctionType(params=[Type.I32, Type.I32], results=[Type.I32]))
    'FunctionType(params: [I32, I32], results: [I32])'
    """

    __slots__ = ("_core",)

    def __init__(self, params: Sequence[int], results: Sequence[int]) -> None:
        self._core = core.FuncType(val_types_to_core("params", params), val_types_to_core("results", results))

    @property
    def params(self) -> list[int]:
        """The numbers of the parameter types, as in `Type`."""
        return [val_type_from_core(ty) for ty in self._core.params]

    @property
    def results(self) -> list[int]:
        """The numbers of the result types, as in `Type`."""
        return [val_type_from_core(ty) for ty in self._core.results]

    def __str__(self) -> str:
        params, results = format_val_types(self._core.params), format_val_types(self._core.results)
        return f"FunctionType(params: {params}, results: {results})"


class MemoryType(Sealed):
    """The type of a memory: its minimum and maximum size in pages of 64 KiB, and whether threads can share it.

    >>> from anywasm.wasmer import MemoryType
    >>> str(MemoryType(1, 3))
    'MemoryType(minimum: 1, maximum: Some(3), shared: false)'
    """

    __slots__ = ("_core",)

    def __init__(self, minimum: int, maximum: int | None = None, shared: bool = False) -> None:
        self._core = core.MemoryType(
            arguments.to_unsigned("minimum", minimum),
            arguments.to_optional_unsigned("maximum", maximum),
            shared=arguments.check_bool("shared", shared),
        )

    @property
    def minimum(self) -> int:
        """The minimum size in pages of 64 KiB."""
        return self._core.minimum

    @property
    def maximum(self) -> int | None:
        """The maximum size in pages of 64 KiB. None means no maximum."""
        return self._core.maximum

    @property
    def shared(self) -> bool:
        """Whether threads can share the memory."""
        return self._core.shared

    def __str__(self) -> str:
        shared = str(self.shared).lower()
        return f"MemoryType(minimum: {self.minimum}, maximum: {format_option(self.maximum)}, shared: {shared})"


class GlobalType(Sealed):
    """The type of a global: its value type, and whether it is mutable.

    >>> from anywasm.wasmer import GlobalType, Type
    >>> str(GlobalType(Type.I64, True))
    'GlobalType(type: I64, mutable: true)'
    """

    __slots__ = ("_core",)

    def __init__(self, type: int, mutable: bool) -> None:
        self._core = core.GlobalType(val_type_to_core("r#type", type), arguments.check_bool("mutable", mutable))

    @property
    def type(self) -> int:
        """The number of the value type, as in `Type`."""
        return val_type_from_core(self._core.content)

    @property
    def mutable(self) -> bool:
        """Whether programs and guests can set the value."""
        return self._core.mutable

    def __str__(self) -> str:
        return f"GlobalType(type: {format_val_type(self._core.content)}, mutable: {str(self.mutable).lower()})"


class TableType(Sealed):
    """The type of a table: its element type, and its minimum and maximum number of elements.

    >>> from anywasm.wasmer import TableType, Type
    >>> str(TableType(Type.FUNC_REF, 2, 5))
    'TableType(type: FuncRef, minimum: 2, maximum: Some(5))'
    """

    __slots__ = ("_core",)

    def __init__(self, type: int, minimum: int, maximum: int | None = None) -> None:
        self._core = core.TableType(
            val_type_to_core("r#type", type),
            arguments.to_unsigned("minimum", minimum),
            arguments.to_optional_unsigned("maximum", maximum),
        )

    @property
    def type(self) -> int:
        """The number of the element type, as in `Type`."""
        return val_type_from_core(self._core.element)

    @property
    def minimum(self) -> int:
        """The minimum number of elements."""
        return self._core.minimum

    @property
    def maximum(self) -> int | None:
        """The maximum number of elements. None means no maximum."""
        return self._core.maximum

    def __str__(self) -> str:
        ty = format_val_type(self._core.element)
        return f"TableType(type: {ty}, minimum: {self.minimum}, maximum: {format_option(self.maximum)})"


class ExportType(Sealed):
    """An export of a module: its name and its type."""

    __slots__ = ("_name", "_type")

    def __init__(self, name: str, type: Any) -> None:
        self._name = arguments.check_text("name", name)
        self._type = type

    @property
    def name(self) -> str:
        """The name of the export."""
        return self._name

    @property
    def type(self) -> Any:
        """The type of the export, normally a `FunctionType`, `MemoryType`, `GlobalType` or `TableType`.

        The constructor accepts any object as the type.
        """
        return self._type


class ImportType(Sealed):
    """An import of a module: its module name, its name and its type."""

    __slots__ = ("_module", "_name", "_type")

    def __init__(self, module: str, name: str, type: Any) -> None:
        self._module = arguments.check_text("module", module)
        self._name = arguments.check_text("name", name)
        self._type = type

    @property
    def module(self) -> str:
        """The module name of the import. An `ImportObject` needs a namespace with this name."""
        return self._module

    @property
    def name(self) -> str:
        """The name of the import within its namespace."""
        return self._name

    @property
    def type(self) -> Any:
        """The type of the import, normally a `FunctionType`, `MemoryType`, `GlobalType` or `TableType`.

        The constructor accepts any object as the type.
        """
        return self._type


#: Maps the type classes of the core to the type classes in this module.
_CLASSES: dict[type, Any] = {
    core.FuncType: FunctionType,
    core.MemoryType: MemoryType,
    core.GlobalType: GlobalType,
    core.TableType: TableType,
}


def type_from_core(ty: core.ExternType) -> Any:
    """Converts a type of the core to an object of a class in this module.

    The API of wasmer 1.1 has no class for the types of exception tags. So this function returns a `core.TagType`
    unchanged.
    """
    cls = _CLASSES.get(type(ty))
    if cls is None:
        return ty
    style_type = cls.__new__(cls)
    style_type._core = ty
    return style_type
