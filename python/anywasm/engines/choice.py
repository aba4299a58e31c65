"""Which engine is meant where none is named."""

from __future__ import annotations

import contextlib
import contextvars
import os
from collections.abc import Iterator

from anywasm.engines.engine_module import EngineModule
from anywasm.engines.loader import ENGINE_NAMES, EngineUnavailable, NotInstalled, load, load_or_why

_chosen: contextvars.ContextVar[str | None] = contextvars.ContextVar("anywasm engine", default=None)


def default_engine() -> EngineModule:
    """The engine that `use_engine` or else `ANYWASM_ENGINE` names, or else the first that is installed.

    An engine that is installed but broken is an error, not a reason to take the next.
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
    """Makes this engine the default in a `with` block, in this thread or task only.

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
