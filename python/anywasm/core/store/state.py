"""What Python holds for the guests of one store."""

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
    """Everything that Python holds for a store's guests.

    Closing the store replaces this object by an empty one. So a part that is added to this class is released too when
    the store is closed.

    Nothing here refers to the store: a store that is not part of any other cycle is freed without the garbage
    collector.

    Each part is created at its first use, because most stores need only a few. The exception is `callables`, which most
    stores need. For speed it has a slot, and the store assigns it when it creates the state: an `__init__` that did so
    would cost a few percent of the time that it takes to create a store.
    """

    __slots__ = ("__dict__", "callables")

    #: The host functions' callables with their types. The C glue borrows both (`src/glue/host.c`).
    callables: list[tuple[Callable[..., Any], FuncType]]

    @lazy
    def definitions(self) -> dict[HostDefinition, Any]:
        """The functions that host definitions have become in this store, as owners. A `Func` would hold the store."""
        return {}

    @lazy
    def externrefs(self) -> ExternRefs:
        """The Python objects that guests hold as externref."""
        return ExternRefs()

    @lazy
    def wasi(self) -> WasiState:
        """The WASI contexts that guests use."""
        return WasiState()
