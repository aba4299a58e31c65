"""Python's signal handlers while WebAssembly runs, so that Ctrl-C ends a guest that does not end by itself.

Guests of an engine with the option `interruptible` regularly call a hook (`src/glue/interrupt.c`). On the main thread,
the hook runs Python's pending signal handlers. If a handler raises, the hook parks the exception (`core/parking.py`)
and the guest ends; the code that called the guest raises that very exception.
"""

from __future__ import annotations

import os
import threading

from anywasm.engines import EngineModule

#: The engine modules that have the hook. The values mean nothing: a dictionary serves as an ordered set.
_watched: dict[EngineModule, None] = {}


def watch(engine_module: EngineModule) -> None:
    """Installs the hook in an engine module, unless the engine cannot call hooks or has the hook already."""
    if "epoch" not in engine_module.capabilities or engine_module in _watched:
        return
    # Two threads may install the hook at the same time, which does no harm. A lock would: a signal handler that runs
    # meanwhile on the same thread may call this function too.
    _install_hook(engine_module)
    _watched.setdefault(engine_module)


def default_options(engine_module: EngineModule) -> dict[str, bool | int | str]:
    """Returns the engine options that environment variables ask for, without those that the engine cannot honour."""
    wanted = os.environ.get("ANYWASM_INTERRUPTIBLE", "0") not in ("", "0")
    return {"interruptible": True} if wanted and "epoch" in engine_module.capabilities else {}


def _install_hook(engine_module: EngineModule) -> None:
    engine_module.watch_signals(threading.main_thread().ident)


def _fork(stage: int) -> None:
    """Prepares the shim for a fork (stage 0), and cleans up in the parent (1) and in the child (2)."""
    for engine_module in list(_watched):
        engine_module.lib.aw_interrupt_fork(stage)
        if stage == 2:
            # The thread that forked is the child's main thread.
            _install_hook(engine_module)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=lambda: _fork(0), after_in_parent=lambda: _fork(1), after_in_child=lambda: _fork(2))
