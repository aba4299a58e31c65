"""Base classes of enumerations in `_constants.py`: what their members can do besides being numbers."""

from __future__ import annotations

import enum


class ValTypeBase(enum.IntEnum):
    """A value type, which is written as in the text format."""

    def __str__(self) -> str:
        return "(ref ...)" if self.name == "OTHER" else self.name.lower()


class TrapCodeBase(enum.IntEnum):
    """A trap code, which has a text."""

    @property
    def text(self) -> str:
        """What happened, in the words of the specification's tests where they have some."""
        return _TRAP_TEXTS[self.name]


#: The text of each trap code, by the code's name.
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
