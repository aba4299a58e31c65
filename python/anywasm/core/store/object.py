"""Objects that live in a store."""

from __future__ import annotations

from typing import Any

from anywasm.core.handle import Handle
from anywasm.core.store.store import Store


class StoreObject(Handle):
    """An object that lives in a store, and keeps the store alive."""

    #: The store that the object lives in.
    _core_store: Store

    def __init__(self, store: Store, owner: Any) -> None:
        # This repeats `Handle.__init__` instead of calling it, and so do the frequently created classes `Func` and
        # `Instance`. CPython caches the position of an attribute per assignment and for one class only: an assignment
        # that serves several classes in turn misses the cache.
        if owner is None:
            raise store._core_last_exception()
        self._core_store = store
        self._core_engine_module = store._core_engine_module
        self._core_style = store._core_style
        self._core_owner = owner

    def _core_last_exception(self) -> BaseException:
        """Returns the exception for the call that has just failed on this thread."""
        return self._core_store._core_last_exception()
