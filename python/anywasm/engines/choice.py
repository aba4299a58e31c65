"""Chooses the default engine, which anywasm uses if a program does not specify an engine."""

from __future__ import annotations

import contextlib
import contextvars
import importlib.util
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


def lightest_engine() -> EngineModule:
    """Returns the module of the installed engine with the smallest file, which is the fastest to load.

    This is the module for work that uses no engine, such as reading the description of a module. All engine modules do
    such work in the same way. A broken engine module is skipped if another one is installed.

    Raises `EngineUnavailable` if no engine can be loaded.
    """
    sizes = {name: size for name in ENGINE_NAMES if (size := _file_size(name)) is not None}
    for name in sorted(sizes, key=sizes.__getitem__):
        with contextlib.suppress(ImportError):
            return load_with_short_error(name)
    return default_engine()


def _file_size(name: str) -> int | None:
    """Returns the size of an engine module's file. Returns None if the engine is not installed."""
    spec = importlib.util.find_spec(f"{__package__}._{name.replace('-', '_')}")
    return os.stat(spec.origin).st_size if spec and spec.origin else None


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
