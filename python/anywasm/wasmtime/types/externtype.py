"""The union of all types that imports and exports can have, and the conversion from the core's types."""

from __future__ import annotations

from typing import Any, Union

from anywasm import core
from anywasm.wasmtime.types.functype import FuncType, TagType
from anywasm.wasmtime.types.globaltype import GlobalType
from anywasm.wasmtime.types.memorytype import MemoryType
from anywasm.wasmtime.types.tabletype import TableType

AsExternType = Union[FuncType, TableType, MemoryType, GlobalType, TagType]

_CLASSES: dict[type, Any] = {
    core.FuncType: FuncType,
    core.TableType: TableType,
    core.MemoryType: MemoryType,
    core.GlobalType: GlobalType,
    core.TagType: TagType,
}


def type_from_core(ty: core.ExternType) -> Any:
    """Returns the object of `anywasm.wasmtime` for a type of the core, e.g. a `FuncType` for a `core.FuncType`."""
    return _CLASSES[type(ty)]._core_wrap(ty)
