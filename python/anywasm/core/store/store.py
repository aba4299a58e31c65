"""The class of stores."""

from __future__ import annotations

from typing import Any

from anywasm.core import guest_limits, parking
from anywasm.core.engine import Engine
from anywasm.core.errors import ErrorKind, Failure, take_failure
from anywasm.core.handle import Handle
from anywasm.core.lazy import lazy
from anywasm.core.store.state import StoreState


class Store(Handle):
    """A store. Every Python object for an object of the store keeps the store alive.

    Any thread can use a store, but only one thread at a time: the shim has one lock per store.

    The store holds the callables of its host functions, because Python's garbage collector can traverse this Python
    object. The engine holds no callable, because the garbage collector cannot see references from the engine's memory.
    So the garbage collector can free a callable and an instance that refer to each other.
    """

    #: If results of the last host function call are functions: the owners, the Python objects that free these
    #: functions. The C glue sets this attribute (`src/glue/host.c`), so that the functions stay alive until the engine
    #: has read the results.
    _core_last_results: Any = None

    def __init__(self, engine: Engine, limits: guest_limits.GuestLimits | None = None) -> None:
        # This method repeats the assignments of `Handle.__init__`, for speed, because programs create many stores.
        self._core_check_is_new()
        engine_module = engine._core_engine_module
        owner = engine_module.new_store(engine._core_owner)
        self._core_engine_module = engine_module
        self._core_style = engine._core_style
        if owner is None:
            raise self._core_last_exception()
        self._core_owner = owner
        #: The store's engine.
        self._core_engine = engine
        #: The Python objects that the store holds for its guests. Closing the store replaces this object.
        self._core_state = state = StoreState()
        state.callables = []
        limits = limits or guest_limits.current_limits()
        if limits is not None:
            limits.apply_to(self)

    @lazy
    def _core_parked(self) -> parking.ParkedExceptions:
        """The exceptions of this store's host functions that are stored until the guest has ended (`core/parking.py`).

        Closing the store must not drop these exceptions, so they are not part of `_core_state`: if a call fails on one
        thread and another thread closes the store, the first thread still takes the exception of the failed call.
        """
        return parking.ParkedExceptions()

    @property
    def _core_limited_store(self) -> Store:
        """The store itself, for `limits.apply_to`."""
        return self

    def _core_own_extern(self, ptr: Any) -> Any:
        """Takes ownership of `ptr`, a pointer to a new extern in this store.

        Returns the owner, the Python object that frees the extern.

        Raises the exception for the failed call if `ptr` is NULL.
        """
        return self._core_engine_module.own("extern", self._core_check(ptr))

    def _core_exception_for(self, failure: Failure) -> BaseException:
        """Returns the exception for a failed call in this store.

        If an exception of a host function, a stream or a signal handler ended the guest, returns that exception object.
        """
        if failure.kind is ErrorKind.HOST:
            exception = parking.take(failure.token)
            # The test compares with None because the exception's class may define `__bool__` or `__len__`.
            if exception is not None:
                return exception
        return self._core_style.exception(failure)

    def _core_last_exception(self) -> BaseException:
        """Returns the exception for the call in this store that has just failed on this thread."""
        return self._core_exception_for(take_failure(self._core_engine_module))

    def _core_close(self) -> None:
        """Frees all objects of the store.

        Raises the API style's error if this thread is running WebAssembly in the store. The Python objects for the
        store's objects stay valid, but using such a Python object raises the API style's error.
        """
        self._core_check(self._core_engine_module.lib.aw_store_close(self._core_ptr))
        state = StoreState()
        state.callables = []
        self._core_state = state
        self.__dict__.pop("_core_last_results", None)
