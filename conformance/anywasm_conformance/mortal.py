"""Processes that end with the one that started them.

A guest that does not return would go on for ever in a process that nobody waits for any more. Linux sends a signal to
a process whose parent ends, more exactly the thread that started it: that thread must wait for it. Elsewhere nothing
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
    """What a fork of this process calls, as `preexec_fn` or by itself, to be killed when this process ends."""
    parent = os.getpid()

    def follow() -> None:
        if _prctl is not None:
            _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            # It may have ended before.
            if os.getppid() != parent:
                os._exit(1)

    return follow
