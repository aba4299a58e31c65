"""Traps: their codes, and the frames of their backtraces."""

from __future__ import annotations

from typing import NamedTuple

from anywasm.core._constants import TrapCode as TrapCode


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
