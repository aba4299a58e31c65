"""Descriptions of the engines, for `anywasm.engines()`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from anywasm.engines._table import ENGINE_NAMES
from anywasm.engines.loader import load_with_short_error


class EngineInfo(NamedTuple):
    """Describes an engine that anywasm supports. If the engine is not installed, most fields have no value."""

    name: str
    #: Whether the engine's module is installed and can be loaded.
    installed: bool
    version: str | None = None
    #: The C header that the shim uses to call the engine, such as `wasm.h`.
    backend: str | None = None
    #: The names of the engine's capabilities.
    capabilities: frozenset[str] = frozenset()
    #: Those of the capabilities that the engine itself lacks: anywasm makes up for them, e.g. by rewriting modules.
    made_up: frozenset[str] = frozenset()
    #: Maps the name of each limit to the largest value that the engine accepts. None means that the engine does not
    #: have this limit.
    limits: Mapping[str, int | None] = MappingProxyType({})
    #: The path of the engine module's file.
    path: str | None = None
    #: The reason why the engine's module cannot be loaded. None if the engine is installed.
    problem: str | None = None


def engines() -> list[EngineInfo]:
    """Describes each engine that anywasm supports, including engines that are not installed.

    The engines are in the order of preference, which is the order of `ENGINE_NAMES`.

    >>> import anywasm
    >>> from anywasm.engines import ENGINE_NAMES
    >>> tuple(info.name for info in anywasm.engines()) == ENGINE_NAMES
    True
    """
    return [_info(name) for name in ENGINE_NAMES]


def _info(name: str) -> EngineInfo:
    """Describes the engine of this name. Loads the engine's module if it is installed."""
    try:
        engine_module = load_with_short_error(name)
    except ImportError as error:
        return EngineInfo(name, installed=False, problem=str(error))
    return EngineInfo(
        name,
        True,
        engine_module.version,
        engine_module.backend,
        engine_module.capabilities,
        engine_module.made_up,
        engine_module.limits,
        engine_module.path,
    )
