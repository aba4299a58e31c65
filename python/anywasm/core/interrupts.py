"""Python's signal handlers while WebAssembly runs: so that Ctrl-C ends a guest that would not end.

Guests of an engine with the option `interruptible` ask now and then whether they may go on (src/glue/interrupt.c). What
a signal's handler raises then ends the call, as that very exception.
"""

from __future__ import annotations

import os
import threading

from anywasm.core import parking
from anywasm.engines import EngineModule

#: Exceptions of signal handlers on their way through WebAssembly, by token.
_parked: dict[int, BaseException] = {}
_watched: dict[EngineModule, None] = {}


def park(exception: BaseException) -> int:
    """Keeps an exception until the call that it ends has returned; gives the token to find it by."""
    return parking.park(_parked, exception)


def take(token: int) -> BaseException | None:
    """The exception of this token; None where there is none."""
    return _parked.pop(token, None)


def watch(engine_module: EngineModule) -> None:
    """Has this engine's guests ask, from now on."""
    if "epoch" not in engine_module.capabilities or engine_module in _watched:
        return
    # Twice does no harm, where two threads come here at once. A lock would: a signal's handler may come here too.
    _ask(engine_module)
    _watched.setdefault(engine_module)


def by_default(engine_module: EngineModule) -> dict[str, bool | int | str]:
    """The options that the environment asks for, as far as the engine can."""
    wanted = os.environ.get("ANYWASM_INTERRUPTIBLE", "0") not in ("", "0")
    return {"interruptible": True} if wanted and "epoch" in engine_module.capabilities else {}


def _ask(engine_module: EngineModule) -> None:
    engine_module.watch_signals(threading.main_thread().ident)


def _fork(stage: int) -> None:
    for engine_module in list(_watched):
        engine_module.lib.aw_interrupt_fork(stage)
        if stage == 2:
            # The thread that forked is the child's main thread.
            _ask(engine_module)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=lambda: _fork(0), after_in_parent=lambda: _fork(1), after_in_child=lambda: _fork(2))
