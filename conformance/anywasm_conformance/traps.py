"""The trap codes for the suite's texts of traps.

The runner compares codes, because each engine has other texts than the suite.
"""

from __future__ import annotations

from anywasm.core import TrapCode

#: The beginnings of the suite's texts, and the trap codes for each beginning. The first match is used.
_CLASSES: tuple[tuple[str, tuple[TrapCode, ...]], ...] = (
    ("integer divide by zero", (TrapCode.INTEGER_DIVISION_BY_ZERO,)),
    ("integer overflow", (TrapCode.INTEGER_OVERFLOW,)),
    ("invalid conversion to integer", (TrapCode.BAD_CONVERSION_TO_INTEGER,)),
    ("out of bounds memory access", (TrapCode.MEMORY_OUT_OF_BOUNDS,)),
    # Engines use the same code for the call of an undefined element, because the call reads a table out of bounds.
    ("out of bounds table access", (TrapCode.TABLE_OUT_OF_BOUNDS,)),
    ("undefined element", (TrapCode.TABLE_OUT_OF_BOUNDS,)),
    ("undefined", (TrapCode.TABLE_OUT_OF_BOUNDS,)),
    ("uninitialized", (TrapCode.INDIRECT_CALL_TO_NULL,)),
    ("indirect call", (TrapCode.BAD_SIGNATURE,)),
    ("unreachable", (TrapCode.UNREACHABLE_CODE_REACHED,)),
    ("call stack exhausted", (TrapCode.STACK_OVERFLOW,)),
    ("stack overflow", (TrapCode.STACK_OVERFLOW,)),
    ("null", (TrapCode.NULL_REFERENCE,)),
    ("out of bounds array access", (TrapCode.ARRAY_OUT_OF_BOUNDS,)),
    ("cast failure", (TrapCode.CAST_FAILURE,)),
    ("descriptor cast failure", (TrapCode.CAST_FAILURE,)),
    ("unaligned atomic", (TrapCode.HEAP_MISALIGNED,)),
    ("expected shared memory", (TrapCode.ATOMIC_WAIT_NON_SHARED_MEMORY,)),
)


def expected(text: str) -> tuple[TrapCode, ...]:
    """Returns the codes that a trap with this text may have, or an empty tuple for an unknown text."""
    return next((codes for start, codes in _CLASSES if text.startswith(start)), ())
