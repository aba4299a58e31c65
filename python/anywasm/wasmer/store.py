"""Stores: in this style a label for the engine, not the place where objects live."""

from __future__ import annotations

from typing import Any

from anywasm import core
from anywasm.wasmer.face import FACE

_engines: dict[str | None, core.Engine] = {}


class Store:
    """What modules are compiled with and objects are made in.

    Objects of different stores can be used together. Each instance gets an engine store of its own, unless it imports
    something that lives in one already, so that a dropped instance frees its memory however long this store lives.

    `engine` may be the name of an engine (`"wasmi"`); None is the default engine.

    >>> from anywasm.wasmer import Store
    >>> Store().engine_name
    'universal'
    """

    __slots__ = ("_engine", "_home")

    def __init__(self, engine: Any = None) -> None:
        if engine is not None and not isinstance(engine, str):
            raise TypeError("Unknown engine")
        self._engine = core.Engine(FACE, engine)
        self._home: core.Store | None = None

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
        if self._home is None:
            self._home = core.Store(self._engine)
        return self._home
