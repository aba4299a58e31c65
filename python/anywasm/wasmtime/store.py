"""The classes `Store` and `StoreContext`, and the union `Storelike` of all types that programs may pass as a store."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Optional, Union

from anywasm import core
from anywasm.core.store import limits
from anywasm.core.store.externrefs import collect
from anywasm.core.wasi import WasiContext
from anywasm.wasmtime.argument_types import attribute_of, check_class, to_int
from anywasm.wasmtime.engine import Engine
from anywasm.wasmtime.errors import WasmtimeError
from anywasm.wasmtime.managed import Managed
from anywasm.wasmtime.wasi import WasiConfig

if TYPE_CHECKING:
    from anywasm.wasmtime.caller import Caller


class Store(core.Store, Managed):
    """A store: the container of instances, functions, memories, tables and globals. Their methods need the store.

    `limits` limits the time, memory and fuel of the guests. Without `engine`, the store makes an engine for them.

    >>> from anywasm.wasmtime import Store
    >>> with Store() as store:
    ...     store.engine is not None
    True
    >>> import anywasm
    >>> from anywasm.wasmtime import Instance, Module, Trap
    >>> store = Store(limits=anywasm.limits(timeout=0.1, memory="64MiB"))
    >>> module = Module(store.engine, '(module (func (export "loop") (loop (br 0))))')
    >>> try:
    ...     Instance(store, module, []).exports(store)["loop"](store)
    ... except Trap as trap:
    ...     print(trap.trap_code.name)
    INTERRUPT
    """

    _core_engine: Engine

    def __init__(
        self, engine: Optional[Engine] = None, data: Any = None, *, limits: Optional[core.GuestLimits] = None
    ) -> None:
        if limits is not None and not isinstance(limits, core.GuestLimits):
            raise TypeError("expected anywasm.limits")
        if engine is None:
            with limits or contextlib.nullcontext():
                engine = Engine()
        elif not isinstance(engine, Engine):
            raise TypeError("expected an Engine")
        if not engine._core_open:
            engine._core_check_open()
        core.Store.__init__(self, engine, limits)
        self._core_data = data
        self._core_open = True

    @property
    def engine(self) -> Engine:
        """The engine that runs the guests in this store."""
        return self._core_engine

    def data(self) -> Any:
        """Returns the argument `data` of the constructor. As in wasmtime-py, returns None in place of a false value."""
        # Raises ValueError if the store is closed.
        self._context()
        return self._core_data or None

    def set_wasi(self, wasi: WasiConfig) -> None:
        """Sets the WASI config of the guests in this store, and closes the config.

        Raises WasmtimeError if the config cannot be applied, e.g. because a descriptor is not open.
        """
        core_store = self._context()
        check_class(wasi, WasiConfig, "_consume")
        wasi._core_consume()
        wasi_context = WasiContext(self._core_engine, wasi._take_config())
        state = core_store._core_state.wasi
        if state.store_context is None:
            state.store_context = wasi_context
        else:
            state.store_context.take_over(wasi_context)

    def gc(self) -> None:
        """Releases the Python objects that guests have received as externref and that no guest can reach any more.

        If a program does not call this method, the store releases these objects later.
        """
        collect(self._context())

    def set_fuel(self, fuel: int) -> None:
        """Sets the fuel of the guests in this store. Each instruction uses about one unit of fuel.

        Guests trap with `TrapCode.OUT_OF_FUEL` when the fuel is used up. A new store has no fuel, so its guests trap at
        once. Raises WasmtimeError unless the engine was created with `Config.consume_fuel`.
        """
        limits.set_fuel(self._context(), to_int(fuel, 2) % (1 << 64))

    def get_fuel(self) -> int:
        """Returns the remaining fuel. Raises WasmtimeError unless the engine was created with `Config.consume_fuel`."""
        return limits.get_fuel(self._context())

    def set_epoch_deadline(self, ticks_after_current: int) -> None:
        """Sets the deadline of the guests in this store to the current epoch plus `ticks_after_current`.

        `Engine.increment_epoch` advances the epoch by one tick. Guests trap with `TrapCode.INTERRUPT` when the epoch
        reaches the deadline. A new store has already reached its deadline, so its guests trap at once. The deadline has
        no effect unless the engine was created with `Config.epoch_interruption`.
        """
        limits.set_epoch_deadline(self._context(), to_int(ticks_after_current, 2) % (1 << 64))

    def set_limits(
        self,
        memory_size: int = -1,
        table_elements: int = -1,
        instances: int = -1,
        tables: int = -1,
        memories: int = -1,
    ) -> None:
        """Limits the size of each memory in bytes, the number of elements of each table, and the numbers of instances,
        tables and memories in the store.

        A negative number means no limit. If an object would exceed a limit, the instructions `memory.grow` and
        `table.grow` return -1, and Python calls that create or grow the object raise WasmtimeError.
        """
        maximums = (memory_size, table_elements, instances, tables, memories)
        core_store = self._context()
        numbers = (to_int(maximum, position) for position, maximum in enumerate(maximums, start=2))
        limits.set_limits(core_store, *map(_to_signed_64, numbers))

    def set_wasi_http(self) -> None:
        """Allows components to use `wasi:http`. Raises WasmtimeError if the engine lacks the component model."""
        self._context()._core_engine._core_require("components", "`wasi:http`")

    def _context(self) -> core.Store:
        if not self._core_open:
            self._core_check_open()
        return self

    def _core_delete(self) -> None:
        self._core_close()


class StoreContext:
    """A reference to a store. Programs can pass it as a store until it is invalidated."""

    __slots__ = ("_core_store",)

    def __init__(self, ptr: Store) -> None:
        self._core_store: Optional[Store] = ptr

    def _context(self) -> core.Store:
        if self._core_store is None:
            raise ValueError("caller is no longer valid")
        return self._core_store._context()

    @property
    def _core_limited_store(self) -> core.Store:
        """The store, for `limits.apply_to`."""
        return self._context()

    def _invalidate(self) -> None:
        self._core_store = None


def _to_signed_64(value: int) -> int:
    return (value + (1 << 63)) % (1 << 64) - (1 << 63)


#: An object that programs may pass as a store: a `Store`, or a `Caller` or `StoreContext` that is still valid.
Storelike = Union[Store, StoreContext, "Caller"]


def context(store: Storelike) -> core.Store:
    """Returns the core's store for an object that programs pass as a store.

    Raises ValueError if the store is closed, and TypeError for any other object.
    """
    try:
        return store._context()
    except AttributeError:
        attribute_of(store, "_context", "a Store")
        raise


def check_store(store: Storelike, handle: core.Extern | core.Instance) -> None:
    """Raises WasmtimeError if the core object `handle` does not live in `store`."""
    # The same as `context(store)`, without a call, for speed.
    try:
        is_same = store._context() is handle._core_store
    except AttributeError:
        attribute_of(store, "_context", "a Store")
        raise
    if not is_same:
        raise wrong_store_error()


def wrong_store_error() -> WasmtimeError:
    """Creates the error for a call whose store is not the store in which the object lives."""
    return WasmtimeError("object used with the wrong store: the object belongs to another store")
