"""What can be imported, and how a host function learns which instance imports it.

`wasm.h` does not tell a host function which instance calls it. So a host function that wants to know its caller is
created anew for each instance that imports it, and receives the instance as soon as the instance exists. If such an
instance has a start function, the start function is called only then (`Module.deferred`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from anywasm.core.exports import Exports
    from anywasm.core.extern import Extern
    from anywasm.core.instance import Instance
    from anywasm.core.module import Module
    from anywasm.core.store import Store

#: Functions to call with a new instance, before WebAssembly runs in it. Imports that want to know the instance add one.
InstanceCallbacks = list[Callable[["Instance"], None]]


class Importable(Protocol):
    """Something that can be imported: an extern, or something that becomes an extern in any store.

    The names have the prefix `_core_` because a style's functions are importable, and programs derive from their class.
    """

    def _core_lives_in(self, store: Store) -> bool:
        """Whether it can be imported in this store."""

    def _core_check_import(self, module: Module, index: int) -> None:
        """Raises the style's error unless it fits the module's import at this position."""

    def _core_import_into(self, store: Store, callbacks: InstanceCallbacks) -> Any:
        """Returns the owner of the extern to import; raises the style's error if it cannot be imported in this store.

        May add to `callbacks`.
        """

    def _core_as_extern(self, store: Store) -> Extern:
        """Returns the extern that it is in a store in which it can be imported."""


class Caller:
    """What a host function receives about the instance that calls it. Each style has a subclass."""

    __slots__ = ("_core_exports", "_core_store")

    def __init__(self, store: Store, exports: Exports) -> None:
        #: The store; None after the host function has returned.
        self._core_store: Store | None = store
        self._core_exports = exports

    def _core_end(self) -> None:
        """Makes the object invalid, because the host function has returned."""
        self._core_store = None

    def _core_export(self, name: str) -> Any:
        """Returns the style's object for an export of the calling instance; None if there is no such export, if the
        function was not called by an instance, or if it has returned.
        """
        return None if self._core_store is None else self._core_exports.get(self._core_store, name)
