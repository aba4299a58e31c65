"""Types in the words of wasmer's error texts."""

from __future__ import annotations

from anywasm.core import ExternType, FuncType, GlobalType, MemoryType, TableType, ValType

_NAMES = {ValType.FUNCREF: "FuncRef", ValType.EXTERNREF: "ExternRef"}


def val_type(ty: ValType) -> str:
    """`I32`, `FuncRef`."""
    return _NAMES.get(ty, ty.name)


def signature(ty: FuncType) -> tuple[str, str]:
    """Parameters and results as `[I32, I64]`."""
    params, results = (f"[{', '.join(map(val_type, types))}]" for types in (ty.params, ty.results))
    return params, results


def describe(ty: ExternType) -> str:
    """`Memory(MemoryType { minimum: 1 pages, maximum: None, shared: false })`."""
    if isinstance(ty, FuncType):
        params, results = signature(ty)
        return f"Function(FunctionType {{ params: {params}, results: {results} }})"
    if isinstance(ty, GlobalType):
        mutability = "Var" if ty.mutable else "Const"
        return f"Global(GlobalType {{ ty: {val_type(ty.content)}, mutability: {mutability} }})"
    if isinstance(ty, TableType):
        maximum = _option(ty.maximum)
        return f"Table(TableType {{ ty: {val_type(ty.element)}, minimum: {ty.minimum}, maximum: {maximum} }})"
    if isinstance(ty, MemoryType):
        maximum = _option(ty.maximum, " pages")
        shared = str(ty.shared).lower()
        return f"Memory(MemoryType {{ minimum: {ty.minimum} pages, maximum: {maximum}, shared: {shared} }})"
    return f"Tag({signature(ty.func)[0]})"


def _option(value: int | None, unit: str = "") -> str:
    return "None" if value is None else f"Some({value}{unit})"
