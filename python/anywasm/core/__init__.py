"""The core: one set of objects over the shim's C layer, which both styles use.

The core knows no style. Where styles differ (conversions, exceptions, classes), the core calls the `StyleAdapter` that
the style passes to its engine. All C calls are in this package, and none in a style.

**Words.** These words have a fixed meaning in the whole project:

* *Shim*: the Rust crate in `src/`, which puts one C layer (`aw_...`, `src/anywasm.h`) over all engines.
* *Engine module*: a Python extension module that contains one engine, the shim over it, and the *glue*, which is C code
  for what is too slow through cffi (`src/glue/`).
* *Style*: one of the two packages that programs import, beside this package: `wasmer` (the *implicit* style, where no
  call names a store) or `wasmtime` (the *explicit* style, where every call is given its store).
* *Guest* and *host*: the WebAssembly code, and the Python program that runs it. A *host function* is a Python callable
  that guests import.
* *Slot*: a C union (`aw_value`) that holds one WebAssembly value. To *lower* a value is to write it into a slot; to
  *lift* it is to read it from a slot (`values.py`).
* *Owner*: a Python object that frees one object of the shim when it is freed itself (`src/glue/owner.c`). It refers to
  no other Python object, so that it is never part of a cycle.
* *Enter* a store: to acquire the shim's lock of that store. Only one thread at a time has entered a store, perhaps
  repeatedly.
* *Deferred*, of a start function: exported instead of started, so that the host can call it after the instance exists
  (`Module.deferred`). Of a deletion: done later, by the next thread that enters the store, because the store is in use.
* *Parked*, of an exception: waiting in the *lot*, under a number called a *token*, while a guest unwinds
  (`parking.py`).
* *Stamp*: the text in a serialized module that says which engine, version, options and machine it fits
  (`src/engine/version.rs`).
* *Fast path* and *slow path*: C code for the frequent cases, and the Python code that does the rest.

**Names.** Programs derive classes from the styles' classes, and give them attributes of their own. So every class that
a style's public class derives from has members with the prefix `_core_` only: `Handle`, `StoreObject`, `Store`,
`Engine`, `Extern`, `Func` and `Caller`. No class of stock wasmer or wasmtime-py has such names. A member with this
prefix is for the core and the styles, not for programs. `Importable` has the prefix because `Func` implements it, and
`specialise` reads two attributes with it. All other classes of the core have plain names.

One name is an exception: `Func._bind`, a method of the C type `Callable` (`src/glue/call.c`).
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
