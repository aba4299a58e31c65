"""wasmer's objects over the core's."""

from __future__ import annotations

from typing import Any

from anywasm import core
from anywasm.wasmer.globals import Global
from anywasm.wasmer.memory import Memory
from anywasm.wasmer.table import Table


def wrap(extern: core.Extern) -> Any:
    """The object for something an instance exports. A function is of this style already."""
    if isinstance(extern, core.Memory):
        return Memory._of(extern)
    if isinstance(extern, core.Global):
        return Global._of(extern)
    if isinstance(extern, core.Table):
        return Table._of(extern)
    return extern
