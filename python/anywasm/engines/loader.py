"""Loads engine modules by name, each once."""

from __future__ import annotations

import importlib
import threading

from anywasm._version import __version__
from anywasm.engines.engine_module import EngineModule

#: The engines there can be, in the order in which a default is looked for.
ENGINE_NAMES = ("wasmtime", "wasmtime-standard", "wasmer", "wasmi", "system")

_loaded: dict[str, EngineModule] = {}
#: What is wrong with the others.
_refused: dict[str, ImportError] = {}
# Re-entrant: while an engine is loaded, the garbage collector may run what asks for one.
_lock = threading.RLock()


class EngineUnavailable(ImportError):
    """The engine asked for is unknown, not installed, or broken; the text says what is installed."""


class NotInstalled(ImportError):
    """There is no module of this engine."""


def load(name: str) -> EngineModule:
    """The engine module of this name.

    Raises `EngineUnavailable`, which says why, what is installed, and what to do. There is no fallback.

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
    """As `load`, but the ImportError speaks only of this engine."""
    if name not in ENGINE_NAMES:
        raise NotInstalled(f"there is no engine {name!r} (there are {', '.join(ENGINE_NAMES)})")
    found = _loaded.get(name)
    if found is None and name not in _refused:
        with _lock:
            found = _look_for(name)
    if found is not None:
        return found
    refused = _refused[name]
    raise type(refused)(*refused.args)


def _look_for(name: str) -> EngineModule | None:
    if name not in _loaded and name not in _refused:
        try:
            _loaded[name] = _load(name)
        except ImportError as error:
            # Without its frames, which hold whatever asked first.
            _refused[name] = type(error)(*error.args)
    return _loaded.get(name)


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
    good, bad = [], []
    for name in ENGINE_NAMES:
        try:
            good.append(load_or_why(name).name)
        except NotInstalled:
            pass
        except ImportError as error:
            bad.append(str(error))
    return "; ".join([f"installed: {', '.join(good) or 'none'}", *bad])
