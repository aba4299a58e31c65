"""The API of wasmtime-py, also called the explicit style. A program passes the store to every call.

>>> from anywasm.wasmtime import Func, FuncType, Instance, Module, Store
>>> store = Store()
>>> module = Module(store.engine, '''
... (module (import "" "hello" (func $hello)) (func (export "run") (call $hello)))''')
>>> hello = Func(store, FuncType([], []), lambda: print("Hello from Python!"))
>>> Instance(store, module, [hello]).exports(store)["run"](store)
Hello from Python!
"""

from anywasm import core
from anywasm.wasmtime.caller import Caller
from anywasm.wasmtime.config import Config
from anywasm.wasmtime.engine import Engine
from anywasm.wasmtime.errors import ExitTrap, WasmtimeError
from anywasm.wasmtime.func import Func
from anywasm.wasmtime.globals import Global
from anywasm.wasmtime.instance import Instance
from anywasm.wasmtime.instance import InstanceExports as InstanceExports
from anywasm.wasmtime.instance_pre import InstancePre
from anywasm.wasmtime.linker import Linker
from anywasm.wasmtime.managed import Managed as Managed
from anywasm.wasmtime.memory import Memory
from anywasm.wasmtime.module import Module
from anywasm.wasmtime.shared_memory import SharedMemory
from anywasm.wasmtime.store import Store, StoreContext
from anywasm.wasmtime.store import Storelike as Storelike
from anywasm.wasmtime.style import STYLE
from anywasm.wasmtime.table import Table
from anywasm.wasmtime.tag import Tag
from anywasm.wasmtime.text import wat2wasm
from anywasm.wasmtime.trap import Frame, Trap, TrapCode
from anywasm.wasmtime.types import (
    ExportType,
    FuncType,
    GlobalType,
    ImportType,
    Limits,
    MemoryType,
    TableType,
    TagType,
    ValType,
)
from anywasm.wasmtime.val import Val
from anywasm.wasmtime.wasi import DirPerms, FilePerms, WasiConfig

# The classes whose objects `anywasm.core` creates. `style.py` cannot import these classes, because they import
# `style.py`. So this module sets the classes.
STYLE.func = Func
STYLE.wrappers = {
    core.Memory: SharedMemory._core_shared_or_plain,
    core.Global: Global._core_wrap,
    core.Table: Table._core_wrap,
    core.Tag: Tag._core_wrap,
}

__all__ = [
    "Caller",
    "Config",
    "DirPerms",
    "Engine",
    "ExitTrap",
    "ExportType",
    "FilePerms",
    "Frame",
    "Func",
    "FuncType",
    "Global",
    "GlobalType",
    "ImportType",
    "Instance",
    "InstancePre",
    "Limits",
    "Linker",
    "Memory",
    "MemoryType",
    "Module",
    "SharedMemory",
    "Store",
    "StoreContext",
    "Table",
    "TableType",
    "Tag",
    "TagType",
    "Trap",
    "TrapCode",
    "Val",
    "ValType",
    "WasiConfig",
    "WasmtimeError",
    "wat2wasm",
]
