"""Loads engine modules. Each engine module is loaded only once."""

from __future__ import annotations

import importlib
import threading

from anywasm._version import __version__
from anywasm.engines._table import ENGINE_NAMES
from anywasm.engines.engine_module import EngineModule

#: Maps the name of each loaded engine to the engine's module.
_loaded_modules: dict[str, EngineModule] = {}
#: Maps the name of each engine that could not be loaded to the reason.
_load_errors: dict[str, ImportError] = {}
# Prevents two threads from loading the same engine. The lock is re-entrant because the garbage collector may run on the
# thread that loads an engine, and a finalizer may load an engine too.
_lock = threading.RLock()


class EngineUnavailable(ImportError):
    """The engine is unknown, not installed, or broken. The message lists the installed engines."""


class InSubinterpreter(ImportError):
    """No engine's module can be used in this interpreter, because it is not the main interpreter of the process."""


class NotInstalled(ImportError):
    """The engine's name is unknown, or the engine's module is not installed."""


def load(name: str) -> EngineModule:
    """Returns the engine module of the engine with this name, and loads the module if necessary.

    Raises `EngineUnavailable` if the module cannot be loaded, and never loads another engine instead. The message
    contains the reason, a remedy, and the installed engines.

    >>> from anywasm.engines import load
    >>> load("v9")
    Traceback (most recent call last):
    ...
    anywasm.engines.loader.EngineUnavailable: there is no engine 'v9' ...
    """
    try:
        return load_with_short_error(name)
    except ImportError as error:
        raise EngineUnavailable(f"{error}; {_installed_text()}") from None


def load_with_short_error(name: str) -> EngineModule:
    """Returns the engine module of the engine with this name, and loads the module if necessary.

    Raises `NotInstalled`, or another ImportError, if the module cannot be loaded. Unlike the message of `load`, the
    message does not list the installed engines.
    """
    if name not in ENGINE_NAMES:
        raise NotInstalled(f"there is no engine {name!r} (there are {', '.join(ENGINE_NAMES)})")
    if name not in _loaded_modules and name not in _load_errors:
        with _lock:
            _load_once(name)
    if name in _loaded_modules:
        return _loaded_modules[name]
    error = _load_errors[name]
    # Raises a copy. Raising the stored exception would add the caller's frames to it, and so keep the frames alive.
    raise type(error)(*error.args)


def _load_once(name: str) -> None:
    """Loads an engine module into `_loaded_modules`, or stores the reason for a failure in `_load_errors`.

    Does nothing if another thread has already loaded the module or failed. The caller holds `_lock`.
    """
    if name in _loaded_modules or name in _load_errors:
        return
    try:
        _loaded_modules[name] = _load(name)
    except ImportError as error:
        # Stores a copy, because `error` refers to the frames of the caller and would keep the frames alive.
        _load_errors[name] = type(error)(*error.args)


def _load(name: str) -> EngineModule:
    """Imports an engine's module and checks that the module fits this package. Raises ImportError on failure."""
    module_name = f"{__package__}._{name.replace('-', '_')}"
    try:
        module = importlib.import_module(module_name)
        engine_module = EngineModule(module) if module.is_main_interpreter() else None
    except ModuleNotFoundError as error:
        # `error.name` is another name if the engine's module exists but imports a module that does not exist.
        if error.name != module_name:
            raise ImportError(f"the engine {name!r} cannot be loaded: {error}") from None
        raise NotInstalled(
            f"the engine {name!r} is not installed (build it with ANYWASM_ENGINES={name} pip install .)"
        ) from None
    except (ImportError, AttributeError) as error:
        # CPython raises an error with this text in a subinterpreter that has a lock (GIL) of its own.
        if "does not support loading in subinterpreters" not in str(error):
            raise ImportError(f"the engine {name!r} is broken: {error} (install anywasm again)") from None
        engine_module = None
    if engine_module is None:
        raise InSubinterpreter(
            f"the engine {name!r} cannot be used in a subinterpreter: an engine calls host functions in the main "
            "interpreter of the process only; use threads of the main interpreter, or processes"
        )
    if engine_module.shim_version != __version__:
        raise ImportError(
            f"the engine {name!r} is of anywasm {engine_module.shim_version}, but the package is {__version__}: "
            "build both from the same source (pip install .)"
        )
    return engine_module


def _installed_text() -> str:
    """Returns a phrase that lists the installed engines, and the reason for each installed engine that is broken."""
    usable_names, problems = [], []
    for name in ENGINE_NAMES:
        try:
            usable_names.append(load_with_short_error(name).name)
        except NotInstalled:
            pass
        except ImportError as error:
            problems.append(str(error))
    return "; ".join([f"installed: {', '.join(usable_names) or 'none'}", *problems])
