"""The types of all that can be imported and exported."""

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


def of_core(ty: core.ExternType) -> Any:
    """The object of this style for one of the core's types."""
    return _CLASSES[type(ty)]._of(ty)
