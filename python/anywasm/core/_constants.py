"""Numbers that the shim and this package share. Generated from the Rust code by `make header`; do not edit."""

from __future__ import annotations

import enum

from anywasm.core.enum_bases import TrapCodeBase, ValTypeBase


class ErrorKind(enum.IntEnum):
    """Kind of an error. The C layer (`src/abi`) passes the number of the kind to its callers."""

    #: An argument has the wrong type, count or range.
    INVALID = 1
    #: The bytes are not a valid module, or the text is not valid WebAssembly text.
    MALFORMED = 2
    #: The engine lacks a capability. `code` is the bit number of the capability.
    UNSUPPORTED = 3
    #: An import is missing or has the wrong type. `code` is the index of the import, or -1.
    LINK = 4
    #: WebAssembly trapped. `code` is the trap code, or -1 if the code is unknown.
    TRAP = 5
    #: A host function failed. `token` is the token that the function returned: a number by which the host finds its own
    #: error.
    HOST = 6
    #: The engine reported an error. The message is the engine's message.
    ENGINE = 7
    #: The object's store is closed.
    CLOSED = 8
    #: Objects of different stores were used together.
    STORE = 9
    #: An index or an address is out of range.
    BOUNDS = 10
    #: The engine cannot load a serialized module: the bytes are damaged, or come from an engine, version or machine
    #: that does not match.
    INCOMPATIBLE = 11
    #: The shim has a bug: its Rust code panicked. The C layer caught the panic.
    PANIC = 12
    #: A WASI program called `proc_exit`. `code` is the exit code of the program.
    EXIT = 13
    #: There is not enough memory for an operation that needs much.
    MEMORY = 14


class TrapCode(TrapCodeBase):
    """Reason of a trap. The C layer (`src/abi`) passes the number to its callers as the code of an error. The numbers
    are the same as in wasmtime's header `trap.h`.
    """

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
    """A value type. The numbers are the codes of the binary format (core spec, "Value Types"). The C layer uses the
    same codes.
    """

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
    #: Any other reference type (typed function references, GC, exceptions). The binary format uses more than one byte
    #: for such a type.
    OTHER = 0x64


class WasiVersion(enum.IntEnum):
    """A version of WASI. The order is from the oldest version to the newest. A call has the same type in all versions,
    but some structures and numbers differ.
    """

    #: `wasi_unstable`, also called snapshot 0.
    UNSTABLE = 0
    #: `wasi_snapshot_preview1`.
    PREVIEW1 = 1


#: Right to a preopened directory: guests may list and open its entries.
WASI_LIST = 1
#: Right to a preopened directory: guests may create, remove and rename its entries.
WASI_CHANGE = 2
#: Right to a preopened directory: guests may read its files.
WASI_READ = 4
#: Right to a preopened directory: guests may write its files.
WASI_WRITE = 8
