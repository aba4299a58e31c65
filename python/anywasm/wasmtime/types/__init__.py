"""The type classes of wasmtime-py. A type is only a description: closing it does not affect objects of this type."""

from anywasm.wasmtime.types.externtype import AsExternType, type_from_core
from anywasm.wasmtime.types.functype import FuncType, TagType
from anywasm.wasmtime.types.globaltype import GlobalType
from anywasm.wasmtime.types.limits import Limits
from anywasm.wasmtime.types.memorytype import MemoryType
from anywasm.wasmtime.types.moduletypes import ExportType, ImportType
from anywasm.wasmtime.types.tabletype import TableType
from anywasm.wasmtime.types.valtype import ValType

__all__ = [
    "AsExternType",
    "ExportType",
    "FuncType",
    "GlobalType",
    "ImportType",
    "Limits",
    "MemoryType",
    "TableType",
    "TagType",
    "ValType",
    "type_from_core",
]
