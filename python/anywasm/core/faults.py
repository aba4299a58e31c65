"""Keeps the engines' handlers of faults in front of those of other libraries.

A fault is a signal that the processor causes, such as SIGSEGV. An engine that runs machine code turns the faults of
guests into traps. If another library installs a handler after the engine, that handler gets the faults first, and
usually ends the process. The shim (`src/backend/faults/`) therefore installs its own handler again if it finds another
one. The shim looks for another handler at each instantiation. This module makes the shim look after a call of Python's
own functions that install handlers, too.
"""

from __future__ import annotations

import faulthandler
import functools
import signal
from collections.abc import Callable
from typing import Any

from anywasm.core.errors import take_failure
from anywasm.engines import EngineModule

#: The engine modules that share one keeper of handlers. This dictionary is an ordered set: the values are not used. The
#: keeper is that of the first module.
_modules: dict[EngineModule, None] = {}

#: The functions of the standard library that install handlers of faults, and whether the new handler may call or
#: restore the handler before it. `disable` installs the handler that was there before `enable`.
_INSTALLERS = ((faulthandler, "enable", True), (faulthandler, "disable", False), (signal, "signal", False))


def share_handlers(engine_module: EngineModule) -> None:
    """Makes an engine module use the same handlers as the engine modules that were loaded before.

    Call this function before the first engine of the module is made. A second call has no effect.
    """
    if engine_module in _modules:
        return
    _modules.setdefault(engine_module)
    first = next(iter(_modules))
    if first is engine_module:
        for module, name, has_saved in _INSTALLERS:
            setattr(module, name, _with_check(getattr(module, name), has_saved))
        return
    keeper = int(first.ffi.cast("uintptr_t", first.lib.aw_faults_keeper()))
    engine_module.lib.aw_faults_share(engine_module.ffi.cast("aw_fault_keeper *", keeper))


def _with_check(function: Callable[..., Any], has_saved: bool) -> Callable[..., Any]:
    """Returns a function that calls `function`, and then makes the shim look for other handlers.

    `has_saved` is whether `function` saves the handler that it replaces.
    """

    @functools.wraps(function)
    def checked(*args: Any, **kwargs: Any) -> Any:
        result = function(*args, **kwargs)
        first = next(iter(_modules))
        if not first.lib.aw_faults_check(has_saved):
            # The next instantiation reports the failure. The caller of this function has not called an engine.
            take_failure(first)
        return result

    return checked
