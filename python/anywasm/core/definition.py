"""Host functions that are in no store yet."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

from anywasm.core.errors import ErrorKind, Failure
from anywasm.core.func import Func
from anywasm.core.importer import Caller, Exports, Waiting
from anywasm.core.module import Module
from anywasm.core.store import Store
from anywasm.core.types import FuncType


class HostDefinition:
    """A Python callable with a type, which can be imported in any store.

    `caller` is the class of what the callable gets as its first argument, about who calls it; None where it gets
    nothing.
    """

    __slots__ = ("__weakref__", "caller", "function", "signature")

    def __init__(self, signature: FuncType, function: Callable[..., Any], caller: type[Caller] | None = None) -> None:
        self.signature, self.function, self.caller = signature, function, caller

    def lives_in(self, store: Store) -> bool:
        """Whether it can be imported in this store: in any."""
        return True

    def check_import(self, module: Module, index: int) -> None:
        """Raises the style's error unless the module's import at this position is of its type."""
        asked = module.import_list[index]
        if asked.type != self.signature:
            failure = Failure.of(ErrorKind.LINK, f"the import `{asked.module}::{asked.name}` has the wrong type")
            raise module.core_engine.style.link_error(asked, self.signature, failure)

    def import_into(self, store: Store, waiting: Waiting) -> Any:
        """What to import it by: always the same in a store, unless it wants to know who calls."""
        if self.caller is None:
            return self.owner_in(store)
        exports = Exports()
        waiting.append(exports.become)
        return self.new_in(store, exports)

    def owner_in(self, store: Store) -> Any:
        """The owner of the function in this store as nobody in particular calls it, always the same."""
        found = store._defined.get(self)
        if found is None:
            found = store._defined.setdefault(self, self.new_in(store))
        return found

    def as_extern(self, store: Store) -> Func:
        """The style's function in this store."""
        return store._style.func.of(store, self.owner_in(store), self.signature, self)

    def new_in(self, store: Store, exports: Exports | None = None) -> Any:
        """The owner of a new function in the store, called by an instance with these exports, or by nobody."""
        function = self.function
        if self.caller is not None:
            function = _with_caller(store, function, self.caller, exports or Exports())
        return store.new_host_func(self.signature, function)


def _with_caller(
    store: Store, function: Callable[..., Any], make: type[Caller], exports: Exports
) -> Callable[..., Any]:
    # The store holds this, which must not hold it (see host.py).
    store_ref = weakref.ref(store)

    def call(*args: Any) -> Any:
        store = store_ref()
        assert store is not None, "a store that runs a host function is alive"
        caller = make(store, exports)
        try:
            return function(caller, *args)
        finally:
            caller.end()

    return call
