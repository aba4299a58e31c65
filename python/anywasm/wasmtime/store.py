"""The class `Store`, and other classes whose objects programs may pass in place of a store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional, Union

from anywasm import core
from anywasm.core.store import limits
from anywasm.core.store.externrefs import collect
from anywasm.core.wasi import WasiContext
from anywasm.wasmtime.engine import Engine
from anywasm.wasmtime.errors import WasmtimeError
from anywasm.wasmtime.managed import Managed

if TYPE_CHECKING:
    from anywasm.wasmtime.caller import Caller
    from anywasm.wasmtime.wasi import WasiConfig


class Store(core.Store, Managed):
    """A store, in which instances, functions, memories, tables and globals live. Their methods take the store.

    >>> from anywasm.wasmtime import Store
    >>> with Store() as store:
    ...     store.engine is not None
    True
    """

    _core_engine: Engine

    def __init__(self, engine: Optional[Engine] = None, data: Any = None) -> None:
        if engine is None:
            engine = Engine()
        elif not isinstance(engine, Engine):
            raise TypeError("expected an Engine")
        if not engine._open:
            engine._check_open()
        core.Store.__init__(self, engine)
        self._data = data
        self._open = True

    @property
    def engine(self) -> Engine:
        """The engine that the store was made with."""
        return self._core_engine

    def data(self) -> Any:
        """Returns the argument `data` of the constructor. As in wasmtime-py, None for any false value."""
        self._context()
        return self._data or None

    def set_wasi(self, wasi: WasiConfig) -> None:
        """Sets the WASI config of guests in this store. The config cannot be used afterwards.

        Raises WasmtimeError if the config cannot be applied, e.g. because a directory no longer exists.
        """
        wasi._consume()
        core_store, context = self._context(), WasiContext(self._core_engine, wasi._core_config)
        state = core_store._core_state.wasi
        if state.store_context is None:
            state.store_context = context
        else:
            state.store_context.take_over(context)

    def gc(self) -> None:
        """Releases the Python objects that guests got as externref and do not refer to any more.

        Without a call of this method, these objects are released later.
        """
        collect(self._context())

    def set_fuel(self, fuel: int) -> None:
        """Sets the fuel of guests in this store. An instruction uses about one unit.

        Guests without fuel trap with `TrapCode.OUT_OF_FUEL`. A new store has no fuel. Raises WasmtimeError unless the
        engine was made with `Config.consume_fuel`.
        """
        limits.set_fuel(self._context(), _integer(fuel) % (1 << 64))

    def get_fuel(self) -> int:
        """Returns the fuel that is left. WasmtimeError unless the engine was made with `Config.consume_fuel`."""
        return limits.get_fuel(self._context())

    def set_epoch_deadline(self, ticks_after_current: int) -> None:
        """Sets the deadline of guests, in increments of the engine's epoch from now (`Engine.increment_epoch`).

        When the deadline is reached, guests trap with `TrapCode.INTERRUPT`. The deadline of a new store is reached
        already. It has no effect unless the engine was made with `Config.epoch_interruption`.
        """
        limits.set_epoch_deadline(self._context(), _integer(ticks_after_current) % (1 << 64))

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

        A negative number means no limit. In WebAssembly, `memory.grow` and `table.grow` return -1 beyond a limit. In
        Python, making or growing an object raises WasmtimeError beyond a limit.
        """
        numbers = (memory_size, table_elements, instances, tables, memories)
        limits.set_limits(self._context(), *(_signed(_integer(number)) for number in numbers))

    def set_wasi_http(self) -> None:
        """Allows components to use `wasi:http`. WasmtimeError if the engine lacks the component model."""
        self._context()._core_engine._core_require("components", "`wasi:http`")

    def _context(self) -> core.Store:
        if not self._open:
            self._check_open()
        return self

    def _delete(self) -> None:
        self._core_close()


class StoreContext:
    """A store that can be used until it is invalidated."""

    __slots__ = ("_store",)

    def __init__(self, ptr: Store) -> None:
        self._store: Optional[Store] = ptr

    def _context(self) -> core.Store:
        if self._store is None:
            raise ValueError("caller is no longer valid")
        return self._store._context()

    def _invalidate(self) -> None:
        self._store = None


def _integer(value: Any) -> int:
    if not isinstance(value, int):
        raise TypeError(f"expected an int, found {value!r}")
    return int(value)


def _signed(value: int) -> int:
    return (value + (1 << 63)) % (1 << 64) - (1 << 63)


#: An object that programs may pass as a store: a `Store`, or a `Caller` or `StoreContext` that is still valid.
Storelike = Union[Store, StoreContext, "Caller"]


def check_store(store: Storelike, owner: core.Extern | core.Instance) -> None:
    """Raises WasmtimeError if the object does not live in this store."""
    if store._context() is not owner._core_store:
        raise wrong_store()


def wrong_store() -> WasmtimeError:
    """Makes the error for an object that is used with a store that it does not live in."""
    return WasmtimeError("object used with the wrong store: the object belongs to another store")
