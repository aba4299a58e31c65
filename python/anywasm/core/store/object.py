"""The base class of Python objects for a store's instances, functions, memories and so on."""

from __future__ import annotations

from typing import Any

from anywasm.core.handle import Handle
from anywasm.core.store.store import Store


class StoreObject(Handle):
    """A Python object for an object of a store. Each `StoreObject` keeps its store alive."""

    #: The store that contains the object.
    _core_store: Store

    def __init__(self, store: Store, owner: Any) -> None:
        # This method repeats the assignments of `Handle.__init__`, for speed. `Func` and `Instance` repeat the
        # assignments too, because programs create many functions and instances. CPython caches the position of an
        # attribute for each assignment in the code, but only for one class at a time. If objects of several classes
        # used the same assignment in turn, the cache would miss.
        if owner is None:
            raise store._core_last_exception()
        self._core_store = store
        self._core_engine_module = store._core_engine_module
        self._core_style = store._core_style
        self._core_owner = owner

    @property
    def _core_limited_store(self) -> Store:
        """The store that contains the object, for `limits.apply_to`."""
        return self._core_store

    def _core_last_exception(self) -> BaseException:
        """Returns the exception for the call in the object's store that has just failed on this thread."""
        return self._core_store._core_last_exception()
