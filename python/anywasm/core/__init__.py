"""One set of objects over the shim's handles, for both styles.

Nothing here knows a style: what differs between them (conversions, error types, classes) is in the `StyleAdapter` that
a style gives its engine. All C calls are in this package, none in a style.
"""

from anywasm.core.buffer import Buffer
from anywasm.core.definition import HostDefinition
from anywasm.core.elements import Elements
from anywasm.core.engine import Engine, Option, check_option
from anywasm.core.errors import CapabilityError, ErrorKind, Failure
from anywasm.core.extern import Extern
from anywasm.core.func import Func, OpaqueRef
from anywasm.core.globals import Global
from anywasm.core.importer import Caller, Importable
from anywasm.core.instance import Instance
from anywasm.core.linker import Linker, Prepared
from anywasm.core.memory import Memory
from anywasm.core.module import Export, Import, Module
from anywasm.core.shared_memory import SharedMemory
from anywasm.core.store import Store
from anywasm.core.style import StyleAdapter
from anywasm.core.table import Table
from anywasm.core.tag import Tag
from anywasm.core.target import Triple
from anywasm.core.text import wasm2wat, wat2wasm
from anywasm.core.trap import Frame, TrapCode
from anywasm.core.types import (
    REFERENCES,
    ExternType,
    FuncType,
    GlobalType,
    MemoryType,
    TableType,
    TagType,
    ValType,
)
from anywasm.core.values import single

__all__ = [
    "REFERENCES",
    "Buffer",
    "Caller",
    "CapabilityError",
    "Elements",
    "Engine",
    "ErrorKind",
    "Export",
    "Extern",
    "ExternType",
    "Failure",
    "Frame",
    "Func",
    "FuncType",
    "Global",
    "GlobalType",
    "HostDefinition",
    "Import",
    "Importable",
    "Instance",
    "Linker",
    "Memory",
    "MemoryType",
    "Module",
    "OpaqueRef",
    "Option",
    "Prepared",
    "SharedMemory",
    "Store",
    "StyleAdapter",
    "Table",
    "TableType",
    "Tag",
    "TagType",
    "TrapCode",
    "Triple",
    "ValType",
    "check_option",
    "single",
    "wasm2wat",
    "wat2wasm",
]
