"""The style of the `wasmer` 1.1 package: the store is implicit once an object is made.

>>> from anywasm.wasmer import Store, Module, Instance
>>> module = Module(Store(), '''
... (module (func (export "sum") (param i32 i32) (result i32)
...   local.get 0  local.get 1  i32.add))''')
>>> Instance(module).exports.sum(1, 2)
3
"""

from anywasm import core
from anywasm.wasmer import engine, target, wasi
from anywasm.wasmer.buffer import Buffer
from anywasm.wasmer.exports import Exports, ExportsIterator
from anywasm.wasmer.function import Function
from anywasm.wasmer.globals import Global
from anywasm.wasmer.imports import ImportObject
from anywasm.wasmer.instance import Instance
from anywasm.wasmer.memory import Memory
from anywasm.wasmer.module import Module
from anywasm.wasmer.store import Store
from anywasm.wasmer.style import STYLE
from anywasm.wasmer.table import Table
from anywasm.wasmer.text import wasm2wat, wat2wasm
from anywasm.wasmer.types import ExportType, FunctionType, GlobalType, ImportType, MemoryType, TableType, Type
from anywasm.wasmer.value import Value
from anywasm.wasmer.views import (
    Float32Array,
    Float64Array,
    Int8Array,
    Int16Array,
    Int32Array,
    Int64Array,
    Uint8Array,
    Uint16Array,
    Uint32Array,
    Uint64Array,
)

STYLE.func = Function
STYLE.wrappers = {core.Memory: Memory._of, core.Global: Global._of, core.Table: Table._of}

#: The version of the package whose style this is: programs ask for it.
__version__ = "1.1.0"
__core_version__ = "1.1.0"

__all__ = [
    "Buffer",
    "ExportType",
    "Exports",
    "ExportsIterator",
    "Float32Array",
    "Float64Array",
    "Function",
    "FunctionType",
    "Global",
    "GlobalType",
    "ImportObject",
    "ImportType",
    "Instance",
    "Int8Array",
    "Int16Array",
    "Int32Array",
    "Int64Array",
    "Memory",
    "MemoryType",
    "Module",
    "Store",
    "Table",
    "TableType",
    "Type",
    "Uint8Array",
    "Uint16Array",
    "Uint32Array",
    "Uint64Array",
    "Value",
    "__core_version__",
    "__version__",
    "engine",
    "target",
    "wasi",
    "wasm2wat",
    "wat2wasm",
]

# The module inside the package has the names above, so that it comes after them.
from anywasm.wasmer import wasmer as wasmer  # noqa: E402
