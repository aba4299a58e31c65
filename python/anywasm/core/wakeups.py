"""Ends guests at Ctrl-C on engines whose running guests cannot run Python's signal handlers.

The shim can end such a guest, but the guest cannot go on afterwards. Only the default handler of SIGINT is known to
raise an exception, so only this handler ends a guest. Other handlers run when the guest ends or calls a host function.

Python writes the number of each signal to a pipe (`signal.set_wakeup_fd`). A thread reads the pipe, and asks the shim
to end the guests of the main thread. The main thread then runs the handler, which raises KeyboardInterrupt.
"""

from __future__ import annotations

import os
import signal
import threading

from anywasm.engines import EngineModule

#: The engine modules whose guests are ended. This dictionary is an ordered set: the values are not used.
_engine_modules: dict[EngineModule, None] = {}

#: The ends of the pipe. None until an engine needs the pipe.
_pipe: tuple[int, int] | None = None


def watch(engine_module: EngineModule) -> None:
    """Makes Ctrl-C end guests of this engine module.

    Has no effect outside the main thread, and if another library uses the pipe of signals.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    _engine_modules.setdefault(engine_module)
    global _pipe
    if _pipe is None:
        _pipe = os.pipe()
        os.set_blocking(_pipe[1], False)
        threading.Thread(target=_read, args=(_pipe[0],), name="anywasm-wakeups", daemon=True).start()
    former = signal.set_wakeup_fd(_pipe[1], warn_on_full_buffer=False)
    if former not in (-1, _pipe[1]):
        signal.set_wakeup_fd(former)


def _read(descriptor: int) -> None:
    """Reads the numbers of signals, and ends guests at Ctrl-C. Runs on a thread of its own."""
    while numbers := os.read(descriptor, 256):
        if signal.SIGINT in numbers and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            for engine_module in list(_engine_modules):
                engine_module.lib.aw_interrupt_thread(threading.main_thread().ident)


def _start_again() -> None:
    """Makes a new pipe and thread in a forked process, which shares the old pipe with its parent."""
    global _pipe
    if _pipe is None:
        return
    former = signal.set_wakeup_fd(-1)
    if former not in (-1, _pipe[1]):
        signal.set_wakeup_fd(former)
    for descriptor in _pipe:
        os.close(descriptor)
    _pipe = None
    for engine_module in list(_engine_modules):
        watch(engine_module)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_again)
