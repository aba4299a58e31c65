"""Stores: in this style a label for the engine, not the place where objects live."""

from __future__ import annotations

import threading
import weakref
from typing import Any

from anywasm import core
from anywasm.engines import Native, default_engine, load
from anywasm.wasmer.face import FACE
from anywasm.wasmer.sealed import Sealed

# One for each engine module, so that what is compiled for one store serves the others; and only while something uses
# it, since an engine may keep the code of all its modules until it goes.
_engines: weakref.WeakValueDictionary[Native, core.Engine] = weakref.WeakValueDictionary()
_lock = threading.Lock()


def _engine(name: str | None) -> core.Engine:
    native = load(name) if name else default_engine()
    with _lock:
        engine = _engines.get(native)
        if engine is None:
            engine = _engines[native] = core.Engine(FACE, native.name)
        return engine


class Store(Sealed):
    """What modules are compiled with and objects are made in.

    Objects of different stores on one engine can be used together. Each instance gets an engine store of its own,
    unless it imports something that lives in one already, so that a dropped instance frees its memory however long
    this store lives.

    `engine` may be the name of an engine (`"wasmi"`); None is the default engine.

    >>> from anywasm.wasmer import Store
    >>> Store().engine_name
    'universal'
    """

    __slots__ = ("_engine", "_home", "lock")

    def __init__(self, engine: Any = None) -> None:
        if engine is not None and not isinstance(engine, str):
            raise TypeError("Unknown engine")
        self._engine = _engine(engine)
        self._home: core.Store | None = None
        #: Held while something made with this store is given to an engine's store: once only, from whatever thread.
        self.lock = threading.RLock()

    @property
    def engine_name(self) -> str:
        """wasmer's kind of engine; always `universal`."""
        return "universal"

    @property
    def compiler_name(self) -> str | None:
        """wasmer's compiler; always `cranelift`."""
        return "cranelift"

    def home(self) -> core.Store:
        """The engine store for objects that are used before anything imports them."""
        with self.lock:
            if self._home is None:
                self._home = core.Store(self._engine)
            return self._home
