"""The API of the `wasmer` 1.1 package. This API style of anywasm is also called the implicit style.

A program passes a store to the constructors of objects. The methods of the objects have no parameter for a store.

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

# `anywasm.core` creates objects of these classes. `style.py` cannot import the classes, because the modules of the
# classes import `style.py`. So this module, which imports all of them, sets the classes.
STYLE.func = Function
STYLE.wrappers = {
    core.Memory: Memory._from_core,
    core.Global: Global._from_core,
    core.Table: Table._from_core,
}

#: The version of the `wasmer` package whose API this package has. Some programs read the version, from either of the
#: two attributes.
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

# This import must come last, because the module `wasmer.wasmer` imports all names above from this package.
from anywasm.wasmer import wasmer as wasmer  # noqa: E402
