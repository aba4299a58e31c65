"""Stores, and what Python keeps for the host functions in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from anywasm.core import interrupts, parking
from anywasm.core.engine import Engine
from anywasm.core.errors import Failure, Kind, take
from anywasm.core.handle import Handle
from anywasm.core.hostobjects import HostObjects

if TYPE_CHECKING:
    from anywasm.core.definition import HostDefinition
    from anywasm.core.wasi import Wasi


class Store(Handle):
    """A store. Everything made in it holds it; it may be used from any thread, by one at a time.

    The host functions' callables are held here and nowhere else: not by the engine, which Python's garbage collector
    cannot see into. So a callable that refers to its own instance is collected with it.
    """

    def __init__(self, engine: Engine) -> None:
        native = engine.native
        super().__init__(native, engine.face, native.lib.aw_store_new(engine._ptr), native.lib.aw_store_delete)
        self._engine = engine
        self._callables: dict[int, Any] = {}
        #: What definitions have become here: pointers, which unlike functions do not hold the store.
        self._defined: dict[HostDefinition, Any] = {}
        self._host_objects = HostObjects(self._take_released)
        #: Exceptions of host functions on their way through WebAssembly, by token.
        self._parked: dict[int, BaseException] = {}
        #: What system calls here work on: the shim has it, but only borrows its streams.
        self._wasis: dict[int, Wasi] = {}
        #: What the store's own guests find, in a style where that is the store's business.
        self.wasi: Wasi | None = None
        #: What the last host function with unusual results returned.
        self._last_results: Any = None

    @property
    def core_engine(self) -> Engine:
        """The engine it was made with."""
        return self._engine

    def owned(self, ptr: Any) -> Any:
        """A fresh pointer to an extern in this store, deleted with its last user; an error for the call that failed."""
        return self._native.ffi.gc(self._check(ptr), self._native.lib.aw_extern_delete)

    def park(self, exception: BaseException) -> int:
        """Keeps an exception until the call it interrupts has returned; gives the token to find it by."""
        return parking.park(self._parked, exception)

    def keep_wasi(self, wasi: Wasi) -> None:
        """Keeps what system calls in this store work on, with its streams."""
        self._wasis[id(wasi)] = wasi

    def exception(self, failure: Failure) -> BaseException:
        """The exception for a failed call in this store: of a host function, that very object."""
        if failure.kind is Kind.HOST:
            token = failure.token
            of_streams = (wasi.take_parked(token) for wasi in self._wasis.values())
            parked = self._parked.pop(token, None) or interrupts.take(token) or next(filter(None, of_streams), None)
            if parked is not None:
                return parked
        return self._face.exception(failure)

    def failure(self) -> BaseException:
        """The style's exception for a call for this store that has just failed."""
        return self.exception(take(self._native))

    def write_fuel(self, fuel: int) -> None:
        """Sets how much its guests may use, where the engine's option `consume_fuel` makes them use it."""
        self._check(self._native.lib.aw_store_set_fuel(self._ptr, fuel))

    def read_fuel(self) -> int:
        """How much is left."""
        fuel = self._native.ffi.new("uint64_t *")
        self._check(self._native.lib.aw_store_fuel(self._ptr, fuel))
        return int(fuel[0])

    def set_deadline(self, ticks: int) -> None:
        """Has guests interrupted after so many `Engine.advance_epoch`; nothing without `epoch_interruption`."""
        self._check(self._native.lib.aw_store_set_epoch_deadline(self._ptr, ticks))

    def limit(self, memory_size: int, table_elements: int, instances: int, tables: int, memories: int) -> None:
        """Limits a memory's bytes, a table's elements, and the numbers of things; less than 0 is no limit."""
        limits = (memory_size, table_elements, instances, tables, memories)
        self._check(self._native.lib.aw_store_set_limits(self._ptr, *limits))

    def collect(self) -> None:
        """Lets go of the objects that no guest reaches any more."""
        self._check(self._native.lib.aw_store_gc(self._ptr))
        self._host_objects.release()

    def _take_released(self) -> list[int]:
        raw = self._native.lib.aw_store_take_released(self._ptr)
        if not raw:
            raise self.failure()
        try:
            return list(memoryview(self._native.ffi.buffer(raw.data, raw.len)).cast("B").cast("Q"))
        finally:
            self._native.lib.aw_bytes_delete(raw)

    def _failure(self) -> BaseException:
        return self.failure()

    def _close_store(self) -> None:
        """Frees all that lives in the store; objects of it say so when they are used."""
        if self._ptr:
            self._check(self._native.lib.aw_store_close(self._ptr))
            self._callables.clear()
            self._wasis.clear()
            self.wasi = None
            self._defined.clear()
            self._host_objects.clear()
            self._last_results = None
