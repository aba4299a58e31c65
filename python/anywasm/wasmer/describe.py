"""Formats types as the error texts of wasmer 1.1 do."""

from __future__ import annotations

from collections.abc import Sequence

from anywasm.core import ExternType, FuncType, GlobalType, MemoryType, TableType, ValType

_NAMES = {ValType.FUNCREF: "FuncRef", ValType.EXTERNREF: "ExternRef"}


def val_type(ty: ValType) -> str:
    """Formats a value type, e.g. `I32` or `FuncRef`."""
    return _NAMES.get(ty, ty.name)


def val_types(types: Sequence[ValType]) -> str:
    """Formats a list of value types, e.g. `[I32, I64]`."""
    return f"[{', '.join(map(val_type, types))}]"


def option(value: int | None, unit: str = "") -> str:
    """Formats an optional number as Rust does, e.g. `Some(3)` or `None`."""
    return "None" if value is None else f"Some({value}{unit})"


def describe(ty: ExternType) -> str:
    """Formats the type of an extern, e.g. `Memory(MemoryType { minimum: 1 pages, maximum: None, shared: false })`."""
    if isinstance(ty, FuncType):
        return f"Function(FunctionType {{ params: {val_types(ty.params)}, results: {val_types(ty.results)} }})"
    if isinstance(ty, GlobalType):
        mutability = "Var" if ty.mutable else "Const"
        return f"Global(GlobalType {{ ty: {val_type(ty.content)}, mutability: {mutability} }})"
    if isinstance(ty, TableType):
        maximum = option(ty.maximum)
        return f"Table(TableType {{ ty: {val_type(ty.element)}, minimum: {ty.minimum}, maximum: {maximum} }})"
    if isinstance(ty, MemoryType):
        maximum = option(ty.maximum, " pages")
        shared = str(ty.shared).lower()
        return f"Memory(MemoryType {{ minimum: {ty.minimum} pages, maximum: {maximum}, shared: {shared} }})"
    return f"Tag({val_types(ty.func.params)})"
