"""Loads each engine module once, by the engine's name."""

from __future__ import annotations

import importlib
import threading

from anywasm._version import __version__
from anywasm.engines._table import ENGINE_NAMES
from anywasm.engines.engine_module import EngineModule

#: The engine modules that were loaded, by the engine's name.
_loaded: dict[str, EngineModule] = {}
#: The reasons why engines could not be loaded, by the engine's name.
_failed: dict[str, ImportError] = {}
# The lock is re-entrant since the garbage collector may run while an engine is loaded, and a finalizer may ask for an
# engine.
_lock = threading.RLock()


class EngineUnavailable(ImportError):
    """The engine is unknown, not installed, or broken. The text lists the installed engines."""


class NotInstalled(ImportError):
    """No module of this engine exists."""


def load(name: str) -> EngineModule:
    """Returns the engine module of this name.

    Raises `EngineUnavailable` if it cannot be used. The text has the reason, a remedy, and the installed engines. No
    other engine replaces it.

    >>> from anywasm.engines import load
    >>> load("v9")
    Traceback (most recent call last):
    ...
    anywasm.engines.loader.EngineUnavailable: there is no engine 'v9' ...
    """
    try:
        return load_or_why(name)
    except ImportError as error:
        raise EngineUnavailable(f"{error}; {_installed()}") from None


def load_or_why(name: str) -> EngineModule:
    """Returns the engine module of this name. Raises an ImportError that mentions only this engine."""
    if name not in ENGINE_NAMES:
        raise NotInstalled(f"there is no engine {name!r} (there are {', '.join(ENGINE_NAMES)})")
    if name not in _loaded and name not in _failed:
        with _lock:
            _load_once(name)
    if name in _loaded:
        return _loaded[name]
    failed = _failed[name]
    # A copy: an exception that is raised keeps the frames of its caller alive.
    raise type(failed)(*failed.args)


def _load_once(name: str) -> None:
    """Loads an engine module, or keeps the reason why it cannot be loaded. The caller holds the lock."""
    if name in _loaded or name in _failed:
        return
    try:
        _loaded[name] = _load(name)
    except ImportError as error:
        # A copy, which does not keep the frames of the first caller alive.
        _failed[name] = type(error)(*error.args)


def _load(name: str) -> EngineModule:
    module = f"{__package__}._{name.replace('-', '_')}"
    try:
        engine_module = EngineModule(importlib.import_module(module))
    except ModuleNotFoundError as error:
        if error.name != module:
            raise ImportError(f"the engine {name!r} cannot be loaded: {error}") from None
        raise NotInstalled(
            f"the engine {name!r} is not installed (build it with ANYWASM_ENGINES={name} pip install .)"
        ) from None
    except (ImportError, AttributeError) as error:
        raise ImportError(f"the engine {name!r} is broken: {error} (install anywasm again)") from None
    if engine_module.shim_version != __version__:
        raise ImportError(
            f"the engine {name!r} is of anywasm {engine_module.shim_version}, but the package is {__version__}: "
            "build both from the same source (pip install .)"
        )
    return engine_module


def _installed() -> str:
    """Lists the installed engines, and the reasons of those that are broken."""
    good, bad = [], []
    for name in ENGINE_NAMES:
        try:
            good.append(load_or_why(name).name)
        except NotInstalled:
            pass
        except ImportError as error:
            bad.append(str(error))
    return "; ".join([f"installed: {', '.join(good) or 'none'}", *bad])
