"""Child processes that are killed when their parent process ends.

A guest (a WebAssembly program) that does not return would run forever after the end of its parent process. Linux can
send a signal to a child process when the thread that started the child ends. The thread that started the child must
therefore wait for the child. On other systems, this module does nothing.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1
_prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


def mortal() -> Callable[[], None]:
    """Returns a function that a child process must call, after a fork or as `preexec_fn`.

    After the call, Linux kills the child process when this process ends.
    """
    parent = os.getpid()

    def end_with_parent() -> None:
        if _prctl is not None:
            _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            # If the parent has ended before the call of prctl, Linux sends no signal, so the child ends itself.
            if os.getppid() != parent:
                os._exit(1)

    return end_with_parent
