"""The store itself: its creation, its closing, and its exceptions."""

from __future__ import annotations

from typing import Any

from anywasm.core import parking
from anywasm.core.engine import Engine
from anywasm.core.errors import ErrorKind, Failure, take_failure
from anywasm.core.handle import Handle
from anywasm.core.lazy import lazy
from anywasm.core.store.state import StoreState


class Store(Handle):
    """A store. Every object in it holds the store. Any thread may use it, but only one thread at a time.

    Only the store holds the callables of its host functions. The engine does not, because Python's garbage collector
    cannot look into it. So a callable that refers to its own instance is collected with the instance.
    """

    #: The owners of the references among the last host function's results. The C glue sets this attribute
    #: (`src/glue/host.c`).
    _core_last_results: Any = None

    def __init__(self, engine: Engine) -> None:
        # This repeats `Handle.__init__`: programs create stores all the time.
        engine_module = engine._core_engine_module
        owner = engine_module.new_store(engine._core_owner)
        self._core_engine_module = engine_module
        self._core_style = engine._core_style
        if owner is None:
            raise self._core_last_exception()
        self._core_owner = owner
        #: The engine that the store was created with.
        self._core_engine = engine
        #: What Python holds for the store's guests, until the store is closed.
        self._core_state = state = StoreState()
        state.callables = []

    @lazy
    def _core_parked(self) -> parking.ParkedExceptions:
        """Parked exceptions of this store's host functions.

        They are not part of `_core_state`: a call that has just failed on one thread still takes its exception after
        another thread has closed the store.
        """
        return parking.ParkedExceptions()

    def _core_own_extern(self, ptr: Any) -> Any:
        """Returns the owner of a pointer to a new extern in this store. NULL raises the failed call's exception."""
        return self._core_engine_module.own("extern", self._core_check(ptr))

    def _core_exception_for(self, failure: Failure) -> BaseException:
        """Returns the exception for a failed call in this store.

        If a host function, a stream or a signal handler raised, this is the very object that it raised.
        """
        if failure.kind is ErrorKind.HOST:
            exception = parking.take(failure.token)
            # Compared with None, because an exception's class may define `__bool__` or `__len__`.
            if exception is not None:
                return exception
        return self._core_style.exception(failure)

    def _core_last_exception(self) -> BaseException:
        """Returns the exception for the call in this store that has just failed on this thread."""
        return self._core_exception_for(take_failure(self._core_engine_module))

    def _core_close(self) -> None:
        """Frees everything that lives in the store. The style's error if the store runs WebAssembly on this thread.

        Objects of a closed store stay valid, but using one is the style's error.
        """
        self._core_check(self._core_engine_module.lib.aw_store_close(self._core_ptr))
        state = StoreState()
        state.callables = []
        self._core_state = state
        self.__dict__.pop("_core_last_results", None)
