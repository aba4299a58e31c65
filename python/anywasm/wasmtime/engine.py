"""The class `Engine`, for engines."""

from __future__ import annotations

from typing import Optional

from anywasm import core
from anywasm.wasmtime.config import Config
from anywasm.wasmtime.managed import Managed
from anywasm.wasmtime.style import STYLE


class Engine(core.Engine, Managed):
    """An engine, which compiles modules and runs instances.

    `config` sets options of the engine. It cannot be used afterwards. `name` is the name of an engine in
    `anywasm.engines()`. None means the default engine. Raises `anywasm.EngineUnavailable` if no engine of this name is
    installed, and `anywasm.CapabilityError` for an option that the engine cannot honour.

    With `interruptible`, an exception that a Python signal handler raises ends a guest that runs on the main thread.
    So Ctrl-C ends it. Compiling takes a third longer, and guests run a few percent slower. If `interruptible` is None,
    the environment variable `ANYWASM_INTERRUPTIBLE` decides. `Config.epoch_interruption` makes guests interruptible in
    any case.

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
        """The names of the engine's capabilities under its options (see `anywasm engines`)."""
        return self._core_capabilities

    def increment_epoch(self) -> None:
        """Advances the epoch by one, which interrupts guests whose store has now reached its deadline.

        Any thread may call this method, also while guests run.
        """
        self._check_open()
        self._core_advance_epoch()

    def is_pulley(self) -> bool:
        """Returns whether the engine runs wasmtime's Pulley bytecode. Always False: no engine of anywasm does."""
        self._check_open()
        return False
