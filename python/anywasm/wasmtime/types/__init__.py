"""Types, as wasmtime-py describes them: descriptions, which nothing in a store depends on."""

from anywasm.wasmtime.types.externtype import AsExternType, of_core
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
    "of_core",
]
