"""What `anywasm.engines()` tells."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from anywasm.engines.loader import ENGINE_NAMES, load_or_why


class EngineInfo(NamedTuple):
    """One engine: installed or not, and if not, why."""

    name: str
    installed: bool
    version: str | None = None
    #: The header through which the engine is spoken to.
    backend: str | None = None
    #: Names of what the engine can do.
    capabilities: frozenset[str] = frozenset()
    #: By name the most there can be of something; None where there is no limit.
    limits: Mapping[str, int | None] = MappingProxyType({})
    path: str | None = None
    #: Why it cannot be used, where it is not installed.
    problem: str | None = None


def engines() -> list[EngineInfo]:
    """All engines there can be, in the order of preference.

    >>> import anywasm
    >>> [info.name for info in anywasm.engines()]
    ['wasmtime', 'wasmtime-standard', 'wasmer', 'wasmi', 'system']
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
