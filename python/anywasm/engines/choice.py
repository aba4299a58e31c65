"""Chooses the default engine, which anywasm uses if a program does not specify an engine."""

from __future__ import annotations

import contextlib
import contextvars
import os
from collections.abc import Iterator

from anywasm.engines._table import ENGINE_NAMES
from anywasm.engines.engine_module import EngineModule
from anywasm.engines.loader import EngineUnavailable, InSubinterpreter, NotInstalled, load, load_with_short_error

#: The engine name of the innermost `use_engine` of the current thread or task. None outside of `use_engine`.
_chosen_name: contextvars.ContextVar[str | None] = contextvars.ContextVar("anywasm engine", default=None)


def default_engine() -> EngineModule:
    """Returns the module of the default engine.

    The default engine is the engine of the innermost `use_engine`. Outside of `use_engine`, it is the engine that
    `ANYWASM_ENGINE` specifies. If this environment variable is not set, it is the first installed engine in the order
    of `ENGINE_NAMES`.

    Raises `EngineUnavailable` if the default engine is broken, or if no engine is installed. A broken engine is not
    replaced by another engine.
    """
    name = _chosen_name.get() or os.environ.get("ANYWASM_ENGINE")
    if name:
        return load(name)
    for candidate in ENGINE_NAMES:
        try:
            return load_with_short_error(candidate)
        except NotInstalled:
            continue
        except InSubinterpreter as error:
            raise EngineUnavailable(str(error)) from None
        except ImportError as error:
            raise EngineUnavailable(f"{error}; ANYWASM_ENGINE can name another engine") from None
    raise EngineUnavailable("no engine is installed: build some with ANYWASM_ENGINES=wasmtime,wasmi pip install .")


@contextlib.contextmanager
def use_engine(name: str) -> Iterator[EngineModule]:
    """Makes an engine the default engine in a `with` block, for the current thread or task only.

    >>> import anywasm
    >>> name = next(info.name for info in anywasm.engines() if info.installed)
    >>> with anywasm.use_engine(name) as engine:
    ...     engine.name == name
    True
    """
    engine_module = load(name)
    token = _chosen_name.set(name)
    try:
        yield engine_module
    finally:
        _chosen_name.reset(token)
