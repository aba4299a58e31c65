"""wasmtime's objects over the core's, and back."""

from __future__ import annotations

from typing import Any

from anywasm import core
from anywasm.wasmtime.globals import Global
from anywasm.wasmtime.memory import Memory
from anywasm.wasmtime.table import Table


def wrap(extern: core.Extern) -> Any:
    """The object for something an instance exports. A function is of this style already."""
    if isinstance(extern, core.Memory):
        return Memory._of(extern)
    if isinstance(extern, core.Global):
        return Global._of(extern)
    if isinstance(extern, core.Table):
        return Table._of(extern)
    return extern


def unwrap(item: Any) -> core.Extern:
    """The core's object for an import; TypeError for anything that is none."""
    if isinstance(item, (Memory, Global, Table)):
        return item._core
    if isinstance(item, core.Extern):
        return item
    raise TypeError("expected a Func, Global, Memory, SharedMemory, Tag, or Table")
