"""Stores."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Optional

from anywasm import core
from anywasm.wasmtime.engine import Engine
from anywasm.wasmtime.errors import WasmtimeError


class Store(core.Store):
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

    @property
    def engine(self) -> Engine:
        """The engine it was made with."""
        return self._made_with

    def data(self) -> Any:
        """What it was given to keep; None for anything that counts as false."""
        return self._data or None

    def _context(self) -> Store:
        if not self._ptr:
            raise ValueError("already closed")
        return self

    def close(self) -> None:
        """Frees all that lives in it; closing again is nothing. WasmtimeError while it runs on this thread."""
        if self._ptr:
            self._close_store()
            self._close()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: Optional[type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self.close()


def check_store(store: Any, owner: core.Extern | core.Instance) -> None:
    """Refuses a store that the object does not live in."""
    if store._context() is not owner._store:
        raise WasmtimeError("object used with the wrong store: it belongs to another one")
