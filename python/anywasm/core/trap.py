"""Traps: codes, and the frames of a backtrace."""

from __future__ import annotations

from typing import NamedTuple

from anywasm.core._constants import TrapCode as TrapCode


class Frame(NamedTuple):
    """A function on the way to a trap, innermost first; offsets in bytes, names None where unknown."""

    func_index: int
    func_offset: int
    module_offset: int
    func_name: str | None
    module_name: str | None
