"""Numbers that the shim and this package share. Generated from the Rust code by `make header`; do not edit."""

from __future__ import annotations

import enum

from anywasm.core.enum_bases import TrapCodeBase, ValTypeBase


class ErrorKind(enum.IntEnum):
    """The kind of a failure. The numbers are part of the C layer."""

    #: An argument has the wrong type, count or range.
    INVALID = 1
    #: The bytes are not a valid module, or the text is not valid WebAssembly text.
    MALFORMED = 2
    #: The engine lacks a capability; `code` is its bit in the capability table.
    UNSUPPORTED = 3
    #: An import is missing or has the wrong type; `code` is its position.
    LINK = 4
    #: WebAssembly trapped; `code` is the trap code, or -1.
    TRAP = 5
    #: A host function failed; `token` is the number that the function returned.
    HOST = 6
    #: The engine reported the error; the message is the engine's.
    ENGINE = 7
    #: The store is closed, or cannot be closed while it is in use.
    CLOSED = 8
    #: Objects of different stores were used together.
    STORE = 9
    #: An index or an address is out of range.
    BOUNDS = 10
    #: The engine cannot load this serialized module.
    INCOMPATIBLE = 11
    #: A bug: the shim panicked, and the panic was caught before it reached C.
    PANIC = 12
    #: A WASI program ended by `proc_exit`; `code` is its exit code.
    EXIT = 13


class TrapCode(TrapCodeBase):
    """Why WebAssembly trapped. The numbers are part of the C layer, and equal to wasmtime's (`trap.h`)."""

    STACK_OVERFLOW = 0
    MEMORY_OUT_OF_BOUNDS = 1
    HEAP_MISALIGNED = 2
    TABLE_OUT_OF_BOUNDS = 3
    INDIRECT_CALL_TO_NULL = 4
    BAD_SIGNATURE = 5
    INTEGER_OVERFLOW = 6
    INTEGER_DIVISION_BY_ZERO = 7
    BAD_CONVERSION_TO_INTEGER = 8
    UNREACHABLE_CODE_REACHED = 9
    INTERRUPT = 10
    OUT_OF_FUEL = 11
    ATOMIC_WAIT_NON_SHARED_MEMORY = 12
    NULL_REFERENCE = 13
    ARRAY_OUT_OF_BOUNDS = 14
    ALLOCATION_TOO_LARGE = 15
    CAST_FAILURE = 16
    UNCAUGHT_EXCEPTION = 49


class ValType(ValTypeBase):
    """A value type. The numbers are those of the binary format (core spec, "Value Types"), and part of the C layer."""

    #: 32-bit integer.
    I32 = 0x7F
    #: 64-bit integer.
    I64 = 0x7E
    #: 32-bit float.
    F32 = 0x7D
    #: 64-bit float.
    F64 = 0x7C
    #: 128-bit vector.
    V128 = 0x7B
    #: Nullable reference to any function.
    FUNCREF = 0x70
    #: Nullable reference to any host object.
    EXTERNREF = 0x6F
    #: A reference type whose code is longer than a byte (typed function references, GC, exceptions).
    OTHER = 0x64


class WasiVersion(enum.IntEnum):
    """A version of WASI, from the oldest to the newest. A call has the same type in all versions, but some structures
    and numbers differ.
    """

    #: `wasi_unstable`, also called snapshot 0.
    UNSTABLE = 0
    #: `wasi_snapshot_preview1`.
    PREVIEW1 = 1


#: Right to a preopened directory: names may be listed and opened.
WASI_LIST = 1
#: Right to a preopened directory: names may be created, removed and renamed.
WASI_CHANGE = 2
#: Right to a preopened directory: files may be read.
WASI_READ = 4
#: Right to a preopened directory: files may be written.
WASI_WRITE = 8
