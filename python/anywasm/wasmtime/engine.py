"""The class `Engine`, the compiler and runtime of modules."""

from __future__ import annotations

from typing import Optional

from anywasm import core
from anywasm.wasmtime.argument_types import check_class
from anywasm.wasmtime.config import Config
from anywasm.wasmtime.managed import Managed
from anywasm.wasmtime.style import STYLE


class Engine(core.Engine, Managed):
    """A WebAssembly engine. An engine compiles modules and runs instances.

    `config` contains the options of the engine. The constructor closes `config`. `name` is the name of an engine in
    `anywasm.engines()`, or None for the default engine. The constructor raises `anywasm.EngineUnavailable` if no engine
    with this name is installed, and `anywasm.CapabilityError` for an option that the engine does not support.

    If `interruptible` is true, an exception from a Python signal handler ends a guest that runs on the main thread. For
    example, Ctrl-C ends the guest. With `interruptible`, compilation takes a third longer, and guests run a few percent
    slower. If `interruptible` is None, the environment variable `ANYWASM_INTERRUPTIBLE` decides.
    `Config.epoch_interruption` makes guests interruptible in any case.

    >>> from anywasm.wasmtime import Engine, Store
    >>> Store(Engine()).engine is not None
    True
    """

    def __init__(
        self, config: Optional[Config] = None, *, name: Optional[str] = None, interruptible: Optional[bool] = None
    ) -> None:
        if config is not None and not isinstance(config, Config):
            raise TypeError("expected Config")
        options = {} if config is None else config._core_take()
        if interruptible is not None:
            options["interruptible"] = bool(interruptible)
        super().__init__(STYLE, name, options)
        self._core_set_open()

    @property
    def capabilities(self) -> frozenset[str]:
        """The names of the features that the engine has with its options. `anywasm engines` explains the names."""
        return self._core_capabilities

    def increment_epoch(self) -> None:
        """Advances the engine's epoch by one tick. Guests trap if the deadline of their store is reached.

        Any thread may call this method, even while guests run.
        """
        self._core_check_open()
        self._core_advance_epoch()

    def is_pulley(self) -> bool:
        """Returns whether the engine runs wasmtime's Pulley bytecode.

        The result is always False, because no engine of anywasm uses Pulley.
        """
        self._core_check_open()
        return False


def check_engine(engine: Engine) -> Engine:
    """Returns the engine. Raises TypeError for any other object, and ValueError if the engine is closed."""
    check_class(engine, Engine)
    engine._core_check_open()
    return engine
