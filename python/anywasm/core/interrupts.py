"""Runs Python's signal handlers while WebAssembly runs, so that Ctrl-C can end an endless loop in a guest.

Guests of an engine with the option `interruptible` regularly call a hook (`src/glue/interrupt.c`). System calls of WASI
that wait call the hook too, on any engine. On the main thread,
the hook runs Python's pending signal handlers. If a handler raises, the hook stores the exception (`core/parking.py`)
and interrupts the guest. After the interruption, the code that called the guest raises the same exception object.
"""

from __future__ import annotations

import os
import threading

from anywasm.engines import EngineModule

#: The engine modules in which the hook is installed. This dictionary is an ordered set: the values are not used.
_hooked_modules: dict[EngineModule, None] = {}

# Stages of a fork. `aw_interrupt_fork` (`src/anywasm.h`) defines the numbers.
_BEFORE_FORK, _AFTER_FORK_IN_PARENT, _AFTER_FORK_IN_CHILD = range(3)


def enable_signal_handlers(engine_module: EngineModule) -> None:
    """Installs the hook in an engine module. Interruptible guests and waiting WASI calls then run signal handlers."""
    if engine_module in _hooked_modules:
        return
    # This function has no lock. Two threads may install the hook at the same time, which does no harm. A lock could
    # cause a deadlock, because a signal handler on the same thread may interrupt this function and call it again.
    _install_hook(engine_module)
    _hooked_modules.setdefault(engine_module)


def default_options(engine_module: EngineModule) -> dict[str, bool | int | str]:
    """Returns the engine options that environment variables set. Omits options that the engine does not support."""
    options: dict[str, bool | int | str] = {}
    if os.environ.get("ANYWASM_INTERRUPTIBLE", "0") not in ("", "0") and "epoch" in engine_module.capabilities:
        options["interruptible"] = True
    if lowering := os.environ.get("ANYWASM_LOWERING"):
        options["lowering"] = lowering
    return options


def _install_hook(engine_module: EngineModule) -> None:
    """Installs the hook. The hook runs signal handlers on the main thread only, because Python requires this."""
    engine_module.watch_signals(threading.main_thread().ident)


def _handle_fork(stage: int) -> None:
    """Reports a stage of a fork to the shim, which prepares for the fork and cleans up after the fork."""
    for engine_module in list(_hooked_modules):
        engine_module.lib.aw_interrupt_fork(stage)
        if stage == _AFTER_FORK_IN_CHILD:
            # In the child, the main thread is the thread that called `fork`.
            _install_hook(engine_module)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=lambda: _handle_fork(_BEFORE_FORK),
        after_in_parent=lambda: _handle_fork(_AFTER_FORK_IN_PARENT),
        after_in_child=lambda: _handle_fork(_AFTER_FORK_IN_CHILD),
    )
