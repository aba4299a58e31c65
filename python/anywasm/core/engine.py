"""Engines and their options."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from anywasm.core import faults, glue, greenlets, interrupts, wakeups
from anywasm.core.errors import ErrorKind, Failure, missing_capability, take_failure
from anywasm.core.guest_limits import current_limits
from anywasm.core.handle import Handle
from anywasm.core.style import StyleAdapter
from anywasm.engines import EngineModule, default_engine, engines, load

#: The type of an option's value. A bool switches an option on or off. An int is a number of bytes. A
#: str is any other value.
Option = bool | int | str


class Engine(Handle):
    """An engine with its options. Several stores and modules can share one engine.

    `name` is the engine's name. None means the default engine. `options` maps names of options to their values
    (`src/base/option_table.rs` lists the options). Raises the API style's error for an unknown option. Raises the API
    style's capability error for an option that the engine does not support.

    With the option `interruptible`, Python's signal handlers run while WebAssembly runs, so that Ctrl-C ends a guest.
    The environment variable `ANYWASM_INTERRUPTIBLE=1` makes `interruptible` the default on engines that support the
    option.
    """

    def __init__(
        self, style: StyleAdapter, name: str | None = None, options: Mapping[str, Option] | None = None
    ) -> None:
        self._core_check_is_new()
        engine_module = load(name) if name else default_engine()
        glue.set_up(engine_module)
        faults.share_handlers(engine_module)
        greenlets.watch_greenlets(engine_module)
        interrupts.enable_signal_handlers(engine_module)
        limits = current_limits()
        needed = limits._core_engine_options() if limits is not None else {}
        options = interrupts.default_options(engine_module) | needed | dict(options or {})
        raw_options = engine_module.lib.aw_options_new()
        # The owner deletes the options when Python frees the owner. This variable keeps the owner until this method
        # returns.
        _options_owner = engine_module.own("options", raw_options)
        for key, value in options.items():
            if not _set_option(engine_module, raw_options, key, value):
                raise style.exception(_name_capable_engines(take_failure(engine_module), key, value))
        ptr = engine_module.lib.aw_engine_new(raw_options)
        super().__init__(engine_module, style, engine_module.own("engine", ptr))
        if options.get("interruptible") and "signal_handlers" not in self._core_capabilities:
            wakeups.watch(engine_module)

    @property
    def _core_capabilities(self) -> frozenset[str]:
        """The names of the capabilities that the engine has with its options."""
        engine_module = self._core_engine_module
        return engine_module.capability_names(engine_module.lib.aw_engine_capabilities(self._core_ptr))

    def _core_require(self, capability: str, feature: str) -> None:
        """Raises the API style's capability error if the engine lacks a capability.

        `feature` names the feature that needs the capability, for the message.
        """
        if capability not in self._core_capabilities:
            raise self._core_style.exception(missing_capability(self._core_engine_module, capability, feature))

    def _core_advance_epoch(self) -> None:
        """Increments the engine's epoch, a counter. Guests are interrupted if it reaches the deadline of their store.

        Any thread may call this method.
        """
        self._core_check(self._core_engine_module.lib.aw_engine_increment_epoch(self._core_ptr))


def check_option(style: StyleAdapter, name: str, value: Option) -> None:
    """Raises the API style's error if no engine accepts this value for the option."""
    engine_module = default_engine()
    if not engine_module.lib.aw_option_check(*_option_arguments(name, value)):
        raise style.exception(take_failure(engine_module))


def _set_option(engine_module: EngineModule, raw_options: Any, name: str, value: Option) -> bool:
    """Sets an option in an `aw_options` and returns True.

    Returns False if the shim refuses the option. After a refusal, `take_failure` returns the reason.
    """
    return bool(engine_module.lib.aw_options_set(raw_options, *_option_arguments(name, value)))


def _option_arguments(name: str, value: Option) -> Iterator[Any]:
    """Yields four arguments for the shim: the name, the name's length, the value's text, and the text's length.

    The lengths are in bytes.
    """
    value_text = str(value).lower() if isinstance(value, bool) else str(value)
    for text in (name.encode(), value_text.encode()):
        yield from (text, len(text))


def _name_capable_engines(failure: Failure, name: str, value: Option) -> Failure:
    """Adds the installed engines that support an option to the message of the failure for that option.

    The returned failure has the option's name as its capability. Returns the failure unchanged if it already has a
    capability, or if the reason is not an unsupported option.
    """
    if failure.kind is not ErrorKind.UNSUPPORTED or failure.capability is not None:
        return failure
    capable = [info.name for info in engines() if info.installed and accepts_option(load(info.name), name, value)]
    message = f"{failure.message}; installed engines that can: {', '.join(capable) or 'none'}"
    return failure._replace(message=message, capability=name)


def accepts_option(engine_module: EngineModule, name: str, value: Option) -> bool:
    """Returns whether an engine accepts this value for the option."""
    raw_options = engine_module.lib.aw_options_new()
    # The owner deletes the options when Python frees the owner. This variable keeps the owner until this function
    # returns.
    _options_owner = engine_module.own("options", raw_options)
    if _set_option(engine_module, raw_options, name, value):
        return True
    # Removes the failure from the shim, so that no later call reports this failure.
    take_failure(engine_module)
    return False
