"""The instance that a host function is called from.

`wasm.h` does not tell a host function who calls it. So a function that wants to know is made anew for each instance
that imports it, and told of the instance as soon as there is one. An instance whose imports want to know has its start
function called after that (`Module.deferred`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from anywasm.core.extern import Extern
    from anywasm.core.instance import Instance
    from anywasm.core.module import Module
    from anywasm.core.store import Store

#: What is called with an instance when it is made, before WebAssembly runs in it: for imports that want to know it.
Waiting = list[Callable[["Instance"], None]]


class Importable(Protocol):
    """What can be imported: an extern, or something that becomes one in any store."""

    def lives_in(self, store: Store) -> bool:
        """Whether it can be imported in this store."""

    def check_import(self, module: Module, index: int) -> None:
        """Raises the style's error unless it is what the module's import at this position asks for."""

    def import_into(self, store: Store, waiting: Waiting) -> Any:
        """The owner of what to import it by; the style's error where it does not live in this store."""

    def as_extern(self, store: Store) -> Extern:
        """What it is in a store that it lives in."""


class Exports:
    """An instance's exports by name, for its host functions, which the store holds: so this must not hold the store."""

    __slots__ = ("_module", "_owner")

    def __init__(self) -> None:
        #: The instance and its module; None where a function is called by nobody that has exports.
        self._owner: Any = None
        self._module: Module | None = None

    def become(self, instance: Instance) -> None:
        """Those of this instance from now on."""
        self._owner, self._module = instance._owner, instance.core_module

    def get(self, store: Store, name: str) -> Any:
        """The style's object for the export of this name; None where there is none."""
        from anywasm.core.instance import export_at

        index = None if self._module is None else self._module.export_positions.get(name)
        return None if self._module is None or index is None else export_at(store, self._owner, self._module, index)


class Caller:
    """What a host function is told of its caller. A style's subclass is what the function gets."""

    __slots__ = ("_exports", "_store")

    def __init__(self, store: Store, exports: Exports) -> None:
        self._store: Store | None = store
        self._exports = exports

    def end(self) -> None:
        """The host function has returned: there is no caller any more."""
        self._store = None

    def export(self, name: str) -> Any:
        """The style's object for the export of the calling instance; None where there is none, or no caller."""
        return None if self._store is None else self._exports.get(self._store, name)
