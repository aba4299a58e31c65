"""Engines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from anywasm.core import glue, interrupts
from anywasm.core.errors import ErrorKind, Failure, lacking, take_failure
from anywasm.core.handle import Handle
from anywasm.core.style import StyleAdapter
from anywasm.engines import EngineModule, default_engine, engines, load

#: The value of an engine option: a switch, a number of bytes, or a text.
Option = bool | int | str


class Engine(Handle):
    """An engine with its options. The stores and modules that are created with it share it.

    `name` is the engine's name; None means the default engine. `options` are options of `src/base/option_table.rs` by
    name. Raises the style's error for an unknown option, and its capability error for an option that the engine cannot
    honour.

    With the option `interruptible`, Python's signal handlers run while WebAssembly runs, so that Ctrl-C ends a guest.
    The environment variable `ANYWASM_INTERRUPTIBLE=1` makes this option the default on engines that support it.
    """

    def __init__(
        self, style: StyleAdapter, name: str | None = None, options: Mapping[str, Option] | None = None
    ) -> None:
        engine_module = load(name) if name else default_engine()
        glue.set_up(engine_module)
        interrupts.watch(engine_module)
        options = interrupts.default_options(engine_module) | dict(options or {})
        raw = engine_module.lib.aw_options_new()
        _owner = engine_module.own("options", raw)
        for key, value in options.items():
            if not _set(engine_module, raw, key, value):
                raise style.exception(_name_capable_engines(take_failure(engine_module), key, value))
        super().__init__(engine_module, style, engine_module.own("engine", engine_module.lib.aw_engine_new(raw)))

    @property
    def _core_capabilities(self) -> frozenset[str]:
        """Names of what the engine can do under its options."""
        engine_module = self._core_engine_module
        return engine_module.capability_names(engine_module.lib.aw_engine_capabilities(self._core_ptr))

    def _core_require(self, capability: str, what: str) -> None:
        """Raises the style's capability error if the engine lacks a capability. The message names `what` needs it."""
        if capability not in self._core_capabilities:
            raise self._core_style.exception(lacking(self._core_engine_module, capability, what))

    def _core_advance_epoch(self) -> None:
        """Increments the epoch, which interrupts guests whose store's deadline it reaches. Any thread may call it."""
        self._core_check(self._core_engine_module.lib.aw_engine_increment_epoch(self._core_ptr))


def check_option(style: StyleAdapter, name: str, value: Option) -> None:
    """Raises the style's error if no engine accepts this value for the option."""
    engine_module = default_engine()
    if not engine_module.lib.aw_option_check(*_arguments(name, value)):
        raise style.exception(take_failure(engine_module))


def _set(engine_module: EngineModule, options: Any, name: str, value: Option) -> bool:
    """Sets an option in an `aw_options`. Returns False if the shim refuses, and then leaves a failure to take."""
    return bool(engine_module.lib.aw_options_set(options, *_arguments(name, value)))


def _arguments(name: str, value: Option) -> Iterator[Any]:
    """Yields the shim's arguments for an option: two texts, each as bytes and a length."""
    value_text = str(value).lower() if isinstance(value, bool) else str(value)
    for text in (name.encode(), value_text.encode()):
        yield from (text, len(text))


def _name_capable_engines(failure: Failure, name: str, value: Option) -> Failure:
    """Extends the failure for an option that the engine cannot honour by the installed engines that can.

    The option's name becomes the failure's capability, unless the failure has one or has another reason.
    """
    if failure.kind is not ErrorKind.UNSUPPORTED or failure.capability is not None:
        return failure
    able = [info.name for info in engines() if info.installed and _accepts(load(info.name), name, value)]
    message = f"{failure.message}; installed engines that can: {', '.join(able) or 'none'}"
    return failure._replace(message=message, capability=name)


def _accepts(engine_module: EngineModule, name: str, value: Option) -> bool:
    raw = engine_module.lib.aw_options_new()
    _owner = engine_module.own("options", raw)
    if _set(engine_module, raw, name, value):
        return True
    take_failure(engine_module)
    return False
