"""Traps: their codes, and the frames of their backtraces."""

from __future__ import annotations

import enum
from typing import NamedTuple


class TrapCode(enum.IntEnum):
    """The reason for a trap. The numbers are the shim's, and those of wasmtime's header `trap.h`."""

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

    @property
    def text(self) -> str:
        """A short description: the specification's words, where the specification has a text for this trap."""
        return _TEXTS[self]


_TEXTS = {
    TrapCode.STACK_OVERFLOW: "call stack exhausted",
    TrapCode.MEMORY_OUT_OF_BOUNDS: "out of bounds memory access",
    TrapCode.HEAP_MISALIGNED: "unaligned atomic access",
    TrapCode.TABLE_OUT_OF_BOUNDS: "undefined element: out of bounds table access",
    TrapCode.INDIRECT_CALL_TO_NULL: "uninitialized element",
    TrapCode.BAD_SIGNATURE: "indirect call type mismatch",
    TrapCode.INTEGER_OVERFLOW: "integer overflow",
    TrapCode.INTEGER_DIVISION_BY_ZERO: "integer divide by zero",
    TrapCode.BAD_CONVERSION_TO_INTEGER: "invalid conversion to integer",
    TrapCode.UNREACHABLE_CODE_REACHED: "unreachable",
    TrapCode.INTERRUPT: "interrupt",
    TrapCode.OUT_OF_FUEL: "all fuel consumed by WebAssembly",
    TrapCode.ATOMIC_WAIT_NON_SHARED_MEMORY: "atomic wait on non-shared memory",
    TrapCode.NULL_REFERENCE: "null reference",
    TrapCode.ARRAY_OUT_OF_BOUNDS: "out of bounds array access",
    TrapCode.ALLOCATION_TOO_LARGE: "allocation size too large",
    TrapCode.CAST_FAILURE: "cast failure",
    TrapCode.UNCAUGHT_EXCEPTION: "uncaught exception",
}


class Frame(NamedTuple):
    """A frame of a trap's backtrace: a WebAssembly function that was being executed.

    Offsets are in bytes, and 0 if the engine does not report them. A name is None if it is unknown.
    """

    #: The function's index in the module's function index space.
    func_index: int
    #: Bytes from the start of the function to the code that was being executed.
    func_offset: int
    #: Bytes from the start of the module to that code.
    module_offset: int
    func_name: str | None
    module_name: str | None
