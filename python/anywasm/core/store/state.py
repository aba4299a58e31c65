"""The Python objects that a store holds for its guests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from anywasm.core.lazy import lazy
from anywasm.core.store.externrefs import ExternRefs
from anywasm.core.store.wasi_state import WasiState

if TYPE_CHECKING:
    from collections.abc import Callable

    from anywasm.core.definition import HostDefinition
    from anywasm.core.types import FuncType


class StoreState:
    """All Python objects that a store holds for its guests.

    Closing a store replaces the store's `StoreState` by an empty one. So closing releases every attribute of this
    class, including any attribute that a later version adds.

    No attribute refers to the store. So a store and its `StoreState` form no reference cycle, and Python can free the
    store without the garbage collector.

    The attributes are created at their first access, because most stores use only a few of them. Only `callables` is
    created together with the store, because most stores use this attribute. For speed, `__slots__` contains
    `callables`, and `Store` assigns the attribute: an `__init__` in this class would make the creation of a store a few
    percent slower.
    """

    __slots__ = ("__dict__", "callables")

    #: The callable and the type of each host function. The C glue uses these objects without holding a reference
    #: (`src/glue/host.c`), so this list keeps the objects alive.
    callables: list[tuple[Callable[..., Any], FuncType]]

    @lazy
    def definitions(self) -> dict[HostDefinition, Any]:
        """Maps each host definition to the function that the store has created for it.

        A value is the function's owner, the Python object that deletes the function's handle. The dictionary does not
        hold `Func` objects, because a `Func` refers to the store.
        """
        return {}

    @lazy
    def externrefs(self) -> ExternRefs:
        """The table of Python objects that the store's guests hold as externref."""
        return ExternRefs()

    @lazy
    def wasi(self) -> WasiState:
        """The WASI contexts that the store's guests use."""
        return WasiState()
