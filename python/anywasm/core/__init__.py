"""The core: the stores, modules, functions and other objects that both API styles, `wasmer` and `wasmtime`, use.

The core imports no style. Where the styles' conversions, exceptions or classes differ, the core calls the
`StyleAdapter`, the object that the style passes to its engine. All C calls are in this package. Styles contain no C
call.

**Words.** These words have a fixed meaning in the whole project:

* *Shim*: the Rust crate in `src/`. It puts one C layer (`aw_...`, `src/anywasm.h`) over all engines.
* *Engine module*: a Python extension module that contains one engine, the shim, and the *glue*. The glue is C code for
  operations that are too slow through cffi (`src/glue/`).
* *Style*: one of the two packages of anywasm that programs import, `wasmer` and `wasmtime`. `wasmer` is the *implicit*
  style: no call has a store argument. `wasmtime` is the *explicit* style: every call has a store argument.
* *Guest* and *host*: the WebAssembly code, and the Python program that runs it. A *host function* is a Python callable
  that guests import.
* *Slot*: a C union (`aw_value`) that holds one WebAssembly value. To *lower* a value is to convert it for a guest and
  write it into a slot. To *lift* a value is to read it from a slot and convert it for Python (`values.py`).
* *Owner*: a Python object that owns one object of the shim (`src/glue/owner.c`). When Python frees the owner, the owner
  frees the shim's object. An owner refers to no other Python object, so an owner is never part of a reference cycle.
* *Enter* a store: to acquire the shim's lock of that store. Only one thread at a time can be in a store. That thread
  may enter the same store again.
* *Deferred start function*: the start function of a module, after the core has replaced the module by a copy that only
  exports the function. The engine does not call the function when it creates an instance of the copy. The core calls
  the function after the instance exists (`Module.deferred`).
* *Deferred deletion*: a deletion that has to wait because the store is in use. The next thread that enters the store
  does the deletion.
* *Parked exception*: an exception that Python stores in the *parking lot* while a guest unwinds (`parking.py`). Its
  number is called a *token*.
* *Stamp*: the text in a serialized module that identifies the engine, version, options and machine that the module fits
  (`src/engine/version.rs`).
* *Fast path*: C code for the frequent cases. *Slow path*: Python code for all other cases.

**Names.** Programs derive classes from the styles' classes and add attributes to their classes. So that no name
collides, the core's classes `Handle`, `StoreObject`, `Store`, `Engine`, `Extern`, `Func` and `Caller`, from which the
styles' public classes derive, have only members with the prefix `_core_`. No class of stock wasmer or wasmtime-py has
names with this prefix. The core and the styles use these members; programs must not use them. The members of
`Importable` have the prefix because `Func` implements `Importable`. Two attributes that `specialise` reads have the
prefix too. All other members of the core's classes have names without the prefix. The private members of the styles'
own classes that programs can derive from have the prefix for the same reason.
"""

from anywasm.core.buffer import Buffer
from anywasm.core.definition import HostDefinition
from anywasm.core.description import Description, Export, Import, describe
from anywasm.core.elements import Elements
from anywasm.core.engine import Engine, Option, accepts_option, check_option
from anywasm.core.errors import CapabilityError, ErrorKind, Failure
from anywasm.core.extern import Extern
from anywasm.core.func import Func, OpaqueRef
from anywasm.core.globals import Global
from anywasm.core.guest_limits import GuestLimits, current_limits
from anywasm.core.importer import Caller, Importable
from anywasm.core.instance import Instance
from anywasm.core.linker import Linker, PreparedModule
from anywasm.core.memory import Memory
from anywasm.core.module import Module
from anywasm.core.shared_memory import SharedMemory
from anywasm.core.store import Store
from anywasm.core.style import StyleAdapter
from anywasm.core.table import Table
from anywasm.core.tag import Tag
from anywasm.core.target import Triple
from anywasm.core.text import check_is_text, wasm2wat, wat2wasm
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
from anywasm.core.values import round_to_f32

__all__ = [
    "REFERENCES",
    "Buffer",
    "Caller",
    "CapabilityError",
    "Description",
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
    "GuestLimits",
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
    "PreparedModule",
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
    "accepts_option",
    "check_is_text",
    "check_option",
    "current_limits",
    "describe",
    "round_to_f32",
    "wasm2wat",
    "wat2wasm",
]
