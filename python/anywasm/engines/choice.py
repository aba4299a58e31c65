"""Chooses the default engine, for code that names no engine."""

from __future__ import annotations

import contextlib
import contextvars
import os
from collections.abc import Iterator

from anywasm.engines._table import ENGINE_NAMES
from anywasm.engines.engine_module import EngineModule
from anywasm.engines.loader import EngineUnavailable, NotInstalled, load, load_or_why

_chosen: contextvars.ContextVar[str | None] = contextvars.ContextVar("anywasm engine", default=None)


def default_engine() -> EngineModule:
    """Returns the engine of the innermost `use_engine`, else of `ANYWASM_ENGINE`, else the first that is installed.

    An engine that is installed but broken raises `EngineUnavailable`; the next one does not replace it.
    """
    name = _chosen.get() or os.environ.get("ANYWASM_ENGINE")
    if name:
        return load(name)
    for candidate in ENGINE_NAMES:
        try:
            return load_or_why(candidate)
        except NotInstalled:
            continue
        except ImportError as error:
            raise EngineUnavailable(f"{error}; ANYWASM_ENGINE can name another engine") from None
    raise EngineUnavailable("no engine is installed: build some with ANYWASM_ENGINES=wasmtime,wasmi pip install .")


@contextlib.contextmanager
def use_engine(name: str) -> Iterator[EngineModule]:
    """Makes an engine the default in a `with` block, for this thread or task only.

    >>> import anywasm
    >>> name = next(info.name for info in anywasm.engines() if info.installed)
    >>> with anywasm.use_engine(name) as engine:
    ...     engine.name == name
    True
    """
    engine_module = load(name)
    token = _chosen.set(name)
    try:
        yield engine_module
    finally:
        _chosen.reset(token)
