"""Stores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional, Union

from anywasm import core
from anywasm.core.wasi import Wasi
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

    def __init__(self, engine: Optional[Engine] = None, data: Any = None) -> None:
        if engine is None:
            engine = Engine()
        elif not isinstance(engine, Engine):
            raise TypeError("expected an Engine")
        super().__init__(engine)
        self._made_with = engine
        self._data = data
        self._set_open()

    @property
    def engine(self) -> Engine:
        """The engine it was made with."""
        return self._made_with

    def data(self) -> Any:
        """What it was given to keep; None for anything that counts as false."""
        return self._data or None

    def set_wasi(self, wasi: WasiConfig) -> None:
        """Says what guests find here from now on; the configuration is used up.

        WasmtimeError where it cannot be had, such as a directory that has gone.
        """
        wasi._consume()
        home, made = self._context(), Wasi(self._engine, wasi._setup)
        if home.wasi is None:
            home.wasi = made
        else:
            home.wasi.take_over(made)

    def _context(self) -> core.Store:
        self._check_open()
        return self

    def _delete(self) -> None:
        """Frees all that lives in it. WasmtimeError while it runs on this thread."""
        self._close_store()
        self._close()


#: What stands for a store: a `Store`, or a `Caller` until its host function returns.
Storelike = Union[Store, "Caller"]


def check_store(store: Storelike, owner: core.Extern | core.Instance) -> None:
    """Refuses a store that the object does not live in."""
    if store._context() is not owner._store:
        raise wrong_store()


def wrong_store() -> WasmtimeError:
    """The error for an object that is used with a store it does not live in."""
    return WasmtimeError("object used with the wrong store: it belongs to another one")
