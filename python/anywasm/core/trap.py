"""Trap codes, and the frames of a trap's backtrace."""

from __future__ import annotations

from typing import NamedTuple

from anywasm.core._constants import TrapCode as TrapCode


class Frame(NamedTuple):
    """A frame of a trap's backtrace: a call of a WebAssembly function that had not returned.

    Both offsets are 0 if the engine does not report offsets. A name is None if the name is unknown.
    """

    #: The function's index in the module's function index space.
    func_index: int
    #: Number of bytes from the start of the function to the instruction that was being executed.
    func_offset: int
    #: Number of bytes from the start of the module to the instruction that was being executed.
    module_offset: int
    func_name: str | None
    module_name: str | None
    #: Whether the module has debug information, in custom sections.
    has_debug_info: bool = False
