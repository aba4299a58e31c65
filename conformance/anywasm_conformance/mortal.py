"""Child processes that are killed when their parent process ends.

A guest that does not return would otherwise run forever if its parent process ends first. Linux can send a signal to a
child when the thread that has started it ends, so this thread must wait for the child. On other systems, nothing
happens.
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
    """Returns a function for a child process to call, after a fork or as `preexec_fn`.

    After the call, the child is killed when this process ends.
    """
    parent = os.getpid()

    def follow() -> None:
        if _prctl is not None:
            _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            # The parent may have ended before the call of prctl.
            if os.getppid() != parent:
                os._exit(1)

    return follow
