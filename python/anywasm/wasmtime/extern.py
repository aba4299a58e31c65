"""The union of the classes that instances import and export, and the conversion of their objects to core objects."""

from __future__ import annotations

from typing import Any, Union

from anywasm import core
from anywasm.wasmtime.func import Func
from anywasm.wasmtime.globals import Global
from anywasm.wasmtime.memory import Memory
from anywasm.wasmtime.shared_memory import SharedMemory
from anywasm.wasmtime.table import Table
from anywasm.wasmtime.tag import Tag

AsExtern = Union[Func, Table, Memory, SharedMemory, Global, Tag]


def unwrap(item: Any) -> core.Importable:
    """Returns the object of `anywasm.core` to import for `item`. Raises TypeError if `item` cannot be imported."""
    if isinstance(item, core.Extern):
        return item
    if isinstance(item, (Memory, SharedMemory, Global, Table, Tag)):
        return item._core_object
    raise TypeError("expected a Func, Global, Memory, SharedMemory, Tag, or Table")
