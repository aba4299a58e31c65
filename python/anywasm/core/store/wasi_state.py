"""The WASI contexts that the guests of one store use."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from anywasm.core.wasi import WasiContext


class WasiState:
    """Holds WASI contexts for the store's guests, and thereby the contexts' streams, which the shim only borrows."""

    __slots__ = ("_in_use", "own")

    def __init__(self) -> None:
        #: The context of the store itself, in a style where each store has one; None until it is needed.
        self.own: WasiContext | None = None
        self._in_use: dict[int, WasiContext] = {}

    def hold(self, context: WasiContext) -> None:
        """Keeps a context alive because a function of this store uses it."""
        self._in_use[id(context)] = context
