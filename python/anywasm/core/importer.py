"""The interface of importable objects, and the callers of host functions.

A host function can ask for its *caller*, an object that describes the instance that calls the function. But `wasm.h`,
the C interface of the engines, does not report the calling instance. So each instance that imports a host function with
a caller imports a new function. After the instance exists, the core binds the function to the instance.

A start function may call the host function, so it must not run before the function is bound. But an engine runs the
start function while it creates the instance. So the core instantiates a copy of the module that only exports the start
function (`Module.deferred`), binds the functions, and then calls the start function itself.
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

#: Functions that `Instance` calls with the new instance before the instance runs WebAssembly. An import adds a function
#: to this list if the import must be bound to the instance.
InstanceCallbacks = list[Callable[["Instance"], None]]


class Importable(Protocol):
    """An object that instances can import.

    Some importable objects are externs: functions, memories, tables, globals or tags of one store. The others belong to
    no store, and create an extern in each store that imports them.

    The method names have the prefix `_core_` because `Func` has these methods, and programs derive classes from a
    style's subclass of `Func`.
    """

    def _core_lives_in(self, store: Store) -> bool:
        """Returns whether instances in `store` can import this object."""

    def _core_check_import(self, module: Module, index: int) -> None:
        """Raises the API style's error unless this object's type matches the module's import at `index`."""

    def _core_import_into(self, store: Store, callbacks: InstanceCallbacks) -> Any:
        """Returns the owner, the Python object that frees the shim's extern, of the extern to import.

        This method may add functions to `callbacks`.

        Raises the API style's error if instances in `store` cannot import this object.
        """

    def _core_as_extern(self, store: Store) -> Extern:
        """Returns an extern for this object in `store`. The caller checks `_core_lives_in(store)` first."""


class Caller:
    """Describes the instance that calls a host function, which receives this object as its first argument.

    Each API style has a subclass.
    """

    __slots__ = ("_core_exports", "_core_store")

    def __init__(self, store: Store, exports: Exports) -> None:
        #: The store in which the host function runs. None after the host function has returned.
        self._core_store: Store | None = store
        self._core_exports = exports

    def _core_end(self) -> None:
        """Makes the object invalid, because the host function has returned."""
        self._core_store = None

    def _core_export(self, name: str) -> Any:
        """Returns the API style's object for an export of the calling instance.

        Returns None if the instance has no such export, if no instance called the host function, or if the host
        function has returned.
        """
        return None if self._core_store is None else self._core_exports.get(self._core_store, name)
