"""Child processes that are killed when their parent process ends.

Otherwise, a guest that does not return would run forever after the end of the parent process. Linux can send a signal
to a child process when the thread that started the child ends. This thread must therefore wait for the child. On other
systems, this module does nothing.
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
            # The parent may have ended before the call of prctl. Then no signal is sent.
            if os.getppid() != parent:
                os._exit(1)

    return end_with_parent
