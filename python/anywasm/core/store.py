"""Stores, and what Python keeps for the host functions in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from anywasm.core import host, interrupts, parking
from anywasm.core.engine import Engine
from anywasm.core.errors import ErrorKind, Failure, take
from anywasm.core.handle import Handle
from anywasm.core.hostobjects import HostObjects
from anywasm.core.lazy import lazy

if TYPE_CHECKING:
    from anywasm.core.definition import HostDefinition
    from anywasm.core.types import FuncType
    from anywasm.core.wasi import WasiContext


class Store(Handle):
    """A store. Everything made in it holds it; it may be used from any thread, by one at a time.

    The host functions' callables are held here and nowhere else: not by the engine, which Python's garbage collector
    cannot see into. So a callable that refers to its own instance is collected with it.

    Programs derive classes from the explicit style's stores: what they may well have a name for is `core_...` here.
    """

    def __init__(self, engine: Engine) -> None:
        engine_module = engine._engine_module
        Handle.__init__(self, engine_module, engine._style, engine_module.new_store(engine._owner))
        self._engine = engine
        #: The host functions' callables, with their types.
        self._callables: list[Any] = []

    #: What the store's own guests find, in a style where that is the store's business.
    core_wasi: WasiContext | None = None
    #: What the last host function with unusual results returned.
    _last_results: Any = None

    # What most stores never need:

    @lazy
    def _defined(self) -> dict[HostDefinition, Any]:
        """What definitions have become here: owners, which unlike functions do not hold the store."""
        return {}

    @lazy
    def _host_objects(self) -> HostObjects:
        return HostObjects(self._take_released)

    @lazy
    def _parked(self) -> dict[int, BaseException]:
        """Exceptions of host functions on their way through WebAssembly, by token."""
        return {}

    @lazy
    def _wasis(self) -> dict[int, WasiContext]:
        """What system calls here work on: the shim has it, but only borrows its streams."""
        return {}

    @property
    def core_engine(self) -> Engine:
        """The engine it was made with."""
        return self._engine

    def owned(self, ptr: Any) -> Any:
        """The owner of a fresh pointer to an extern in this store; an error for the call that failed."""
        return self._engine_module.own("extern", self._check(ptr))

    def new_host_func(self, signature: FuncType, function: Callable[..., Any]) -> Any:
        """The owner of a new host function, whose callable the store holds."""
        params, results = signature.codes
        owner = self._engine_module.new_host_func(self._owner, self, function, signature, params, results)
        if owner is None:
            raise self.core_failure()
        # Before the owner is handed out, nobody can call the function.
        self._callables.append((function, signature))
        return owner

    def _host_slowly(
        self, function: Callable[..., Any], signature: FuncType, what: int, value: Any, address: int
    ) -> int | list[Any]:
        """Called by the trampoline of host functions, which keeps a list that comes back (src/glue/host.c)."""
        return host.slowly(self, function, signature, what, value, address)

    def park(self, exception: BaseException) -> int:
        """Keeps an exception until the call it interrupts has returned; gives the token to find it by."""
        return parking.park(self._parked, exception)

    def keep_wasi(self, wasi: WasiContext) -> None:
        """Keeps what system calls in this store work on, with its streams."""
        self._wasis[id(wasi)] = wasi

    def core_exception(self, failure: Failure) -> BaseException:
        """The exception for a failed call in this store: of a host function, that very object."""
        if failure.kind is ErrorKind.HOST:
            token = failure.token
            # An exception's class may say that it is false, or empty.
            if (parked := self._parked.pop(token, None)) is not None:
                return parked
            if (parked := interrupts.take(token)) is not None or (parked := parking.take_of_stream(token)) is not None:
                return parked
        return self._style.exception(failure)

    def core_failure(self) -> BaseException:
        """The style's exception for a call for this store that has just failed."""
        return self.core_exception(take(self._engine_module))

    def write_fuel(self, fuel: int) -> None:
        """Sets how much its guests may use, where the engine's option `consume_fuel` makes them use it."""
        self._check(self._engine_module.lib.aw_store_set_fuel(self._ptr, fuel))

    def read_fuel(self) -> int:
        """How much is left."""
        fuel = self._engine_module.ffi.new("uint64_t *")
        self._check(self._engine_module.lib.aw_store_fuel(self._ptr, fuel))
        return int(fuel[0])

    def set_deadline(self, ticks: int) -> None:
        """Has guests interrupted after so many `Engine.advance_epoch`; nothing without `epoch_interruption`."""
        self._check(self._engine_module.lib.aw_store_set_epoch_deadline(self._ptr, ticks))

    def core_limit(self, memory_size: int, table_elements: int, instances: int, tables: int, memories: int) -> None:
        """Limits a memory's bytes, a table's elements, and the numbers of things; less than 0 is no limit."""
        limits = (memory_size, table_elements, instances, tables, memories)
        self._check(self._engine_module.lib.aw_store_set_limits(self._ptr, *limits))

    def core_collect(self) -> None:
        """Lets go of the objects that no guest reaches any more."""
        self._check(self._engine_module.lib.aw_store_gc(self._ptr))
        self._host_objects.release()

    def _take_released(self) -> list[int]:
        raw = self._engine_module.lib.aw_store_take_released(self._ptr)
        if not raw:
            raise self.core_failure()
        try:
            return list(memoryview(self._engine_module.ffi.buffer(raw.data, raw.len)).cast("B").cast("Q"))
        finally:
            self._engine_module.lib.aw_bytes_delete(raw)

    def _failure(self) -> BaseException:
        return self.core_failure()

    def _close_store(self) -> None:
        """Frees all that lives in the store; objects of it say so when they are used."""
        self._check(self._engine_module.lib.aw_store_close(self._ptr))
        self._callables.clear()
        for name in ("wasi", "_defined", "_host_objects", "_last_results", "_wasis"):
            self.__dict__.pop(name, None)


class StoreObject(Handle):
    """Something that lives in a store, which it keeps alive."""

    def __init__(self, store: Store, owner: Any) -> None:
        # All that `Handle.__init__` does. What is made all the time, `Func` and `Instance`, writes it out once more:
        # CPython caches for one class where an attribute goes, and misses when several classes are filled in turn.
        if owner is None:
            raise store.core_failure()
        self._store = store
        self._engine_module = store._engine_module
        self._style = store._style
        self._owner = owner

    @property
    def core_store(self) -> Store:
        """The store it lives in."""
        return self._store

    def _failure(self) -> BaseException:
        return self._store.core_failure()
