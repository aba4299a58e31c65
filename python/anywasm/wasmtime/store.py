"""Stores."""

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
    """Where functions, memories and instances live; every call on them is given their store.

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
        """The engine it was made with."""
        return self._core_engine

    def data(self) -> Any:
        """What it was given to keep; None for anything that counts as false."""
        self._context()
        return self._data or None

    def set_wasi(self, wasi: WasiConfig) -> None:
        """Says what guests find here from now on; the configuration is used up.

        WasmtimeError where it cannot be had, such as a directory that has gone.
        """
        wasi._consume()
        home, made = self._context(), WasiContext(self._core_engine, wasi._setup)
        state = home._core_state.wasi
        if state.own is None:
            state.own = made
        else:
            state.own.take_over(made)

    def gc(self) -> None:
        """Lets go of the Python objects that no guest holds any more; they would go later by themselves."""
        collect(self._context())

    def set_fuel(self, fuel: int) -> None:
        """Sets how much guests may use before they trap with `TrapCode.OUT_OF_FUEL`: about one for an instruction.

        WasmtimeError unless the engine was made with `Config.consume_fuel`; a store begins with none.
        """
        limits.set_fuel(self._context(), _integer(fuel) % (1 << 64))

    def get_fuel(self) -> int:
        """How much is left. WasmtimeError unless the engine was made with `Config.consume_fuel`."""
        return limits.get_fuel(self._context())

    def set_epoch_deadline(self, ticks_after_current: int) -> None:
        """Has guests trap with `TrapCode.INTERRUPT` once the engine's epoch has been incremented so often from now.

        Nothing unless the engine was made with `Config.epoch_interruption`; there, a store begins with a deadline
        that is reached.
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
        """Limits what guests take: a memory's bytes, a table's elements, and how many of each thing there are.

        A negative number is no limit. Beyond, `memory.grow` and `table.grow` give -1 in WebAssembly, and making or
        growing something from Python is a WasmtimeError.
        """
        numbers = (memory_size, table_elements, instances, tables, memories)
        limits.set_limits(self._context(), *(_signed(_integer(number)) for number in numbers))

    def set_wasi_http(self) -> None:
        """Gives components `wasi:http`; an engine without the component model has nobody to give it to."""
        self._context()._core_engine._core_require("components", "`wasi:http`")

    def _context(self) -> core.Store:
        if not self._open:
            self._check_open()
        return self

    def _delete(self) -> None:
        self._core_close()


class StoreContext:
    """A store, for as long as somebody says that it may be used."""

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


#: What stands for a store: a `Store`, or a `Caller` or `StoreContext` as long as it may be used.
Storelike = Union[Store, StoreContext, "Caller"]


def check_store(store: Storelike, owner: core.Extern | core.Instance) -> None:
    """Refuses a store that the object does not live in."""
    if store._context() is not owner._core_store:
        raise wrong_store()


def wrong_store() -> WasmtimeError:
    """The error for an object that is used with a store it does not live in."""
    return WasmtimeError("object used with the wrong store: it belongs to another one")
