"""Host functions that are not bound to a store."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

from anywasm.core.errors import ErrorKind, Failure
from anywasm.core.exports import Exports
from anywasm.core.func import Func
from anywasm.core.importer import Caller, InstanceCallbacks
from anywasm.core.module import Module
from anywasm.core.store import Store, host_calls
from anywasm.core.types import FuncType


class HostDefinition:
    """A Python callable with a WebAssembly type. Instances in any store can import the callable.

    If `caller_class` is not None, the callable's first argument is an object of that class. The object describes the
    calling instance. If `caller_class` is None, the callable receives only the guest's arguments.

    This class implements the interface `Importable` (`core/importer.py`).
    """

    __slots__ = ("__weakref__", "caller_class", "function", "signature")

    def __init__(
        self, signature: FuncType, function: Callable[..., Any], caller_class: type[Caller] | None = None
    ) -> None:
        self.signature, self.function, self.caller_class = signature, function, caller_class

    def _core_lives_in(self, store: Store) -> bool:
        """Returns True, because a definition can be imported in every store."""
        return True

    def _core_check_import(self, module: Module, index: int) -> None:
        """Raises the API style's error unless the module's import at `index` has the callable's type."""
        expected = module.import_list[index]
        if expected.type != self.signature:
            failure = Failure.of(ErrorKind.LINK, f"the import `{expected.module}::{expected.name}` has the wrong type")
            raise module.engine._core_style.link_error(expected, self.signature, failure)

    def _core_import_into(self, store: Store, callbacks: InstanceCallbacks) -> Any:
        """Returns the owner, the Python object that frees the shim's function, of the function to import.

        If the callable receives its caller, each instance imports a new function, which knows the instance. If the
        callable receives no caller, all instances in a store import the same function.
        """
        if self.caller_class is None:
            return self.owner_in(store)
        exports = Exports()
        callbacks.append(exports.set_instance)
        return self.new_in(store, exports)

    def owner_in(self, store: Store) -> Any:
        """Returns the owner, the Python object that frees the function, of this definition's function in a store.

        The first call for a store creates the function. Later calls for the store return the same owner. If the
        callable receives its caller, the caller has no exports.
        """
        definitions = store._core_state.definitions
        owner = definitions.get(self)
        if owner is None:
            owner = definitions.setdefault(self, self.new_in(store))
        return owner

    def _core_as_extern(self, store: Store) -> Func:
        """Returns the API style's function object for this definition's function in a store."""
        return store._core_style.func._core_from_owner(store, self.owner_in(store), self.signature, self)

    def new_in(self, store: Store, exports: Exports | None = None) -> Any:
        """Creates a function in a store. Returns the function's owner, the Python object that frees the function.

        `exports` are the exports of the calling instance. None means that the function has no calling instance.
        """
        function = self.function
        if self.caller_class is not None:
            function = _add_caller_argument(store, function, self.caller_class, exports or Exports())
        return host_calls.new_host_func(store, self.signature, function)


def _add_caller_argument(
    store: Store, function: Callable[..., Any], caller_class: type[Caller], exports: Exports
) -> Callable[..., Any]:
    """Returns a callable that calls `function` with a new object of `caller_class` as the first argument."""
    # The store holds the returned callable. If the callable held the store too, the two references would form a cycle.
    store_ref = weakref.ref(store)

    def call(*args: Any) -> Any:
        store = store_ref()
        assert store is not None, "a store that runs a host function is alive"
        caller = caller_class(store, exports)
        try:
            return function(caller, *args)
        finally:
            caller._core_end()

    return call
