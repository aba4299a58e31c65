"""Engines."""

from __future__ import annotations

from typing import Optional

from anywasm import core
from anywasm.wasmtime.face import FACE
from anywasm.wasmtime.managed import Managed


class Engine(core.Engine, Managed):
    """An engine; `name` names it (`"wasmi"`), None is the default one.

    >>> from anywasm.wasmtime import Engine, Store
    >>> Store(Engine()).engine is not None
    True
    """

    def __init__(self, config: None = None, *, name: Optional[str] = None) -> None:
        if config is not None:
            raise TypeError("expected Config")
        super().__init__(FACE, name)
        self._set_open()
