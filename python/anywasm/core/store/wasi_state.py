"""The WASI contexts of a store's guests."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from anywasm.core.wasi import WasiContext


class WasiState:
    """Keeps alive the WASI contexts of a store's guests.

    A WASI context holds the Python objects of its standard streams. The shim only borrows these objects, so the
    contexts must stay alive as long as a guest can use the streams.
    """

    __slots__ = ("_contexts_in_use", "store_context")

    def __init__(self) -> None:
        #: The WASI context of the store, in an API style where a WASI context belongs to a store. None until a guest or
        #: the program first uses the context.
        self.store_context: WasiContext | None = None
        #: Maps the `id` of each context that functions of the store use to the context.
        self._contexts_in_use: dict[int, WasiContext] = {}

    def hold(self, context: WasiContext) -> None:
        """Keeps a context alive until the store is closed, because a function of this store uses the context."""
        self._contexts_in_use[id(context)] = context
