"""Host functions that live in no store yet."""

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
    """A Python callable with a WebAssembly type, which can be imported in any store. Implements `Importable`.

    `caller_class` is the class of the callable's first argument, which describes the calling instance. If it is None,
    the callable gets no such argument.
    """

    __slots__ = ("__weakref__", "caller_class", "function", "signature")

    def __init__(
        self, signature: FuncType, function: Callable[..., Any], caller_class: type[Caller] | None = None
    ) -> None:
        self.signature, self.function, self.caller_class = signature, function, caller_class

    def _core_lives_in(self, store: Store) -> bool:
        """Whether it can be imported in this store: always."""
        return True

    def _core_check_import(self, module: Module, index: int) -> None:
        """Raises the style's error unless the module's import at this position has the same type."""
        expected = module.import_list[index]
        if expected.type != self.signature:
            failure = Failure.of(ErrorKind.LINK, f"the import `{expected.module}::{expected.name}` has the wrong type")
            raise module.engine._core_style.link_error(expected, self.signature, failure)

    def _core_import_into(self, store: Store, callbacks: InstanceCallbacks) -> Any:
        """Returns the owner of the function to import. All instances in a store import the same function, unless the
        callable receives its caller.
        """
        if self.caller_class is None:
            return self.owner_in(store)
        exports = Exports()
        callbacks.append(exports.set_instance)
        return self.new_in(store, exports)

    def owner_in(self, store: Store) -> Any:
        """Returns the owner of the function in a store, always the same one. Its calls have no calling instance."""
        definitions = store._core_state.definitions
        owner = definitions.get(self)
        if owner is None:
            owner = definitions.setdefault(self, self.new_in(store))
        return owner

    def _core_as_extern(self, store: Store) -> Func:
        """Returns the style's function in a store."""
        return store._core_style.func._core_of(store, self.owner_in(store), self.signature, self)

    def new_in(self, store: Store, exports: Exports | None = None) -> Any:
        """Creates the function in a store and returns its owner. `exports` are the calling instance's; None if no
        instance calls.
        """
        function = self.function
        if self.caller_class is not None:
            function = _with_caller(store, function, self.caller_class, exports or Exports())
        return host_calls.new_host_func(store, self.signature, function)


def _with_caller(
    store: Store, function: Callable[..., Any], caller_class: type[Caller], exports: Exports
) -> Callable[..., Any]:
    # A weak reference, because the store holds the function that is returned.
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
