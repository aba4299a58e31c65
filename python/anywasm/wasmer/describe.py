"""Formats types for error texts, in the notation of the error texts of wasmer 1.1."""

from __future__ import annotations

from collections.abc import Sequence

from anywasm.core import ExternType, FuncType, GlobalType, MemoryType, TableType, ValType

#: The names of reference types in error texts. For any other type, the name is the name of the `ValType` member.
_REFERENCE_NAMES = {ValType.FUNCREF: "FuncRef", ValType.EXTERNREF: "ExternRef"}


def format_val_type(ty: ValType) -> str:
    """Formats a value type, e.g. `I32` or `FuncRef`."""
    return _REFERENCE_NAMES.get(ty, ty.name)


def format_val_types(types: Sequence[ValType]) -> str:
    """Formats a list of value types, e.g. `[I32, I64]`."""
    return f"[{', '.join(map(format_val_type, types))}]"


def format_option(value: int | None, unit: str = "") -> str:
    """Formats an optional number like Rust's type `Option`, e.g. `Some(3)` or `None`. `unit` follows the number."""
    return "None" if value is None else f"Some({value}{unit})"


def format_extern_type(ty: ExternType) -> str:
    """Formats the type of an import, e.g. `Memory(MemoryType { minimum: 1 pages, maximum: None, shared: false })`."""
    if isinstance(ty, FuncType):
        params, results = format_val_types(ty.params), format_val_types(ty.results)
        return f"Function(FunctionType {{ params: {params}, results: {results} }})"
    if isinstance(ty, GlobalType):
        mutability = "Var" if ty.mutable else "Const"
        return f"Global(GlobalType {{ ty: {format_val_type(ty.content)}, mutability: {mutability} }})"
    if isinstance(ty, TableType):
        maximum = format_option(ty.maximum)
        return f"Table(TableType {{ ty: {format_val_type(ty.element)}, minimum: {ty.minimum}, maximum: {maximum} }})"
    if isinstance(ty, MemoryType):
        maximum = format_option(ty.maximum, " pages")
        shared = str(ty.shared).lower()
        return f"Memory(MemoryType {{ minimum: {ty.minimum} pages, maximum: {maximum}, shared: {shared} }})"
    return f"Tag({format_val_types(ty.func.params)})"
