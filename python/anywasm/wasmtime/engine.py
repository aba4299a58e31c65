"""Engines."""

from __future__ import annotations

from typing import Optional

from anywasm import core
from anywasm.wasmtime.config import Config
from anywasm.wasmtime.managed import Managed
from anywasm.wasmtime.style import STYLE


class Engine(core.Engine, Managed):
    """An engine; `name` is one of `anywasm.engines()`, None the default one. It takes the configuration over.

    With `interruptible`, Ctrl-C ends a guest that runs on the main thread, and so does whatever else a signal's handler
    raises; compiling takes a third longer, and guests run a few percent slower. Where it is None, the environment
    variable `ANYWASM_INTERRUPTIBLE` decides. Code with `Config.epoch_interruption` is interruptible anyway.

    >>> from anywasm.wasmtime import Engine, Store
    >>> Store(Engine()).engine is not None
    True
    """

    def __init__(
        self, config: Optional[Config] = None, *, name: Optional[str] = None, interruptible: Optional[bool] = None
    ) -> None:
        if config is not None and not isinstance(config, Config):
            raise TypeError("expected Config")
        options = {} if config is None else config._take()
        if interruptible is not None:
            options["interruptible"] = bool(interruptible)
        super().__init__(STYLE, name, options)
        self._set_open()

    @property
    def capabilities(self) -> frozenset[str]:
        """Names of what the engine can do under its configuration (see `anywasm engines`)."""
        return self._core_capabilities

    def increment_epoch(self) -> None:
        """Advances the epoch by one, from any thread: guests whose store's deadline it reaches are interrupted."""
        self._check_open()
        self._core_advance_epoch()

    def is_pulley(self) -> bool:
        """Whether it interprets wasmtime's own bytecode: no engine here does."""
        self._check_open()
        return False
