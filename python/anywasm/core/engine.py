"""Engines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from anywasm.core import glue, interrupts
from anywasm.core.errors import ErrorKind, Failure, lacking, take
from anywasm.core.handle import Handle
from anywasm.core.style import StyleAdapter
from anywasm.engines import EngineModule, default_engine, engines, load

#: An option's value: a switch, a number of bytes, or a text.
Option = bool | int | str


class Engine(Handle):
    """An engine with its options, shared by the stores and modules made with it.

    `name` is an engine's name, or None for the default engine. `src/base/option_table.rs` lists the options. Raises the
    style's error for an option that does not exist, and its capability error for one that the engine cannot honour.

    With the option `interruptible`, Python's signal handlers run while WebAssembly does: Ctrl-C ends a guest. The
    environment variable `ANYWASM_INTERRUPTIBLE=1` makes it the default on engines that can.
    """

    def __init__(
        self, style: StyleAdapter, name: str | None = None, options: Mapping[str, Option] | None = None
    ) -> None:
        engine_module = load(name) if name else default_engine()
        glue.set_up(engine_module)
        interrupts.watch(engine_module)
        options = interrupts.by_default(engine_module) | dict(options or {})
        raw = engine_module.lib.aw_options_new()
        _owner = engine_module.own("options", raw)
        for key, value in options.items():
            if not _set(engine_module, raw, key, value):
                raise style.exception(_with_who_can(take(engine_module), key, value))
        super().__init__(engine_module, style, engine_module.own("engine", engine_module.lib.aw_engine_new(raw)))

    @property
    def engine_module(self) -> EngineModule:
        """The engine module."""
        return self._engine_module

    @property
    def style(self) -> StyleAdapter:
        """The style."""
        return self._style

    @property
    def capabilities(self) -> frozenset[str]:
        """What it can do under its options."""
        return self._engine_module.capability_names(self._engine_module.lib.aw_engine_capabilities(self._ptr))

    def require(self, capability: str, what: str) -> None:
        """Raises the style's capability error where the engine lacks what `what` needs."""
        if capability not in self.capabilities:
            raise self._style.exception(lacking(self._engine_module, capability, what))

    def advance_epoch(self) -> None:
        """Interrupts the guests whose store's deadline is reached by this. From any thread."""
        self._check(self._engine_module.lib.aw_engine_increment_epoch(self._ptr))


def check_option(style: StyleAdapter, name: str, value: Option) -> None:
    """Raises the style's error for a value that no engine takes."""
    engine_module = default_engine()
    if not engine_module.lib.aw_option_check(*_texts(name, value)):
        raise style.exception(take(engine_module))


def _set(engine_module: EngineModule, options: Any, name: str, value: Option) -> bool:
    return bool(engine_module.lib.aw_options_set(options, *_texts(name, value)))


def _texts(name: str, value: Option) -> Iterable[Any]:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    for each in (name.encode(), text.encode()):
        yield from (each, len(each))


def _with_who_can(failure: Failure, name: str, value: Option) -> Failure:
    """A refused option is an engine's lack as any other: the text says which engine has it."""
    if failure.kind is not ErrorKind.UNSUPPORTED or failure.capability is not None:
        return failure
    able = [info.name for info in engines() if info.installed and _takes(load(info.name), name, value)]
    message = f"{failure.message}; installed engines that can: {', '.join(able) or 'none'}"
    return failure._replace(message=message, capability=name)


def _takes(engine_module: EngineModule, name: str, value: Option) -> bool:
    raw = engine_module.lib.aw_options_new()
    _owner = engine_module.own("options", raw)
    if _set(engine_module, raw, name, value):
        return True
    take(engine_module)
    return False
