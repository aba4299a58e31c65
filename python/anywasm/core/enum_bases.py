"""Base classes of the enumerations in `_constants.py`. The base classes contain the methods of the members."""

from __future__ import annotations

import enum


class ValTypeBase(enum.IntEnum):
    """The base class of `ValType`. `str(member)` returns the value type's name in WebAssembly's text format."""

    def __str__(self) -> str:
        return "(ref ...)" if self.name == "OTHER" else self.name.lower()


class TrapCodeBase(enum.IntEnum):
    """The base class of `TrapCode`, whose members are the reasons why a guest traps."""

    @property
    def text(self) -> str:
        """A short description of the trap.

        The description has the words that the tests of the WebAssembly specification use for this trap, if they have
        any.
        """
        return _TRAP_TEXTS[self.name]


#: Maps the name of each trap code to the description of the trap.
_TRAP_TEXTS = {
    "STACK_OVERFLOW": "call stack exhausted",
    "MEMORY_OUT_OF_BOUNDS": "out of bounds memory access",
    "HEAP_MISALIGNED": "unaligned atomic access",
    "TABLE_OUT_OF_BOUNDS": "undefined element: out of bounds table access",
    "INDIRECT_CALL_TO_NULL": "uninitialized element",
    "BAD_SIGNATURE": "indirect call type mismatch",
    "INTEGER_OVERFLOW": "integer overflow",
    "INTEGER_DIVISION_BY_ZERO": "integer divide by zero",
    "BAD_CONVERSION_TO_INTEGER": "invalid conversion to integer",
    "UNREACHABLE_CODE_REACHED": "unreachable",
    "INTERRUPT": "interrupt",
    "OUT_OF_FUEL": "all fuel consumed by WebAssembly",
    "ATOMIC_WAIT_NON_SHARED_MEMORY": "atomic wait on non-shared memory",
    "NULL_REFERENCE": "null reference",
    "ARRAY_OUT_OF_BOUNDS": "out of bounds array access",
    "ALLOCATION_TOO_LARGE": "allocation size too large",
    "CAST_FAILURE": "cast failure",
    "UNCAUGHT_EXCEPTION": "uncaught exception",
}
