"""Describes the engines: `anywasm.engines()`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from anywasm.engines._table import ENGINE_NAMES
from anywasm.engines.loader import load_or_why


class EngineInfo(NamedTuple):
    """One engine, installed or not."""

    name: str
    #: True if the engine can be used.
    installed: bool
    version: str | None = None
    #: The header through which the shim uses the engine, such as `wasm.h`.
    backend: str | None = None
    #: The names of the engine's capabilities.
    capabilities: frozenset[str] = frozenset()
    #: The engine's limits by name: the largest accepted value, or None if the engine has no such limit.
    limits: Mapping[str, int | None] = MappingProxyType({})
    #: The file of the engine module.
    path: str | None = None
    #: Why the engine cannot be used; None if it is installed.
    problem: str | None = None


def engines() -> list[EngineInfo]:
    """Returns all engines that anywasm knows, installed or not, in the order of preference.

    >>> import anywasm
    >>> from anywasm.engines import ENGINE_NAMES
    >>> tuple(info.name for info in anywasm.engines()) == ENGINE_NAMES
    True
    """
    return [_info(name) for name in ENGINE_NAMES]


def _info(name: str) -> EngineInfo:
    try:
        engine_module = load_or_why(name)
    except ImportError as error:
        return EngineInfo(name, installed=False, problem=str(error))
    return EngineInfo(
        name,
        True,
        engine_module.version,
        engine_module.backend,
        engine_module.capabilities,
        engine_module.limits,
        engine_module.path,
    )
