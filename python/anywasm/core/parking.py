"""Exceptions on their way through WebAssembly: what a guest carries is only a token."""

from __future__ import annotations

import itertools
import threading

# One count for all: a store looks for a token in several places.
_tokens = itertools.count(1)

#: More are never waiting for one thread in a lot, as in the shim, where their errors wait.
_MOST_WAITING = 16

#: A token tells its thread, by the remainder. A prime, as threads' identifiers are addresses.
_THREADS = 65521

#: Exceptions of streams, which may serve several stores.
_of_streams: dict[int, BaseException] = {}


def park_of_stream(exception: BaseException) -> int:
    """As `park`, for what a stream raises (src/glue/stream.c)."""
    return park(_of_streams, exception)


def take_of_stream(token: int) -> BaseException | None:
    """The exception of this token; None where there is none."""
    return _of_streams.pop(token, None)


def park(lot: dict[int, BaseException], exception: BaseException) -> int:
    """Keeps an exception until the call that it ended has returned; gives the token to find it by."""
    thread = threading.get_ident() % _THREADS
    token = next(_tokens) * _THREADS + thread
    lot[token] = exception
    # Where the taking of an error is interrupted, as by the end of Python's stack, its exception stays here, and nobody
    # ever asks for it. A thread takes the error of one call before it begins the next, whatever the store and however
    # deep in calls; only what runs in the middle of that, a finalizer or a signal handler, parks more, and takes it
    # first. So what may yet be asked for is the newest of each thread, and such nesting never reaches as many as stay.
    if len(lot) > _MOST_WAITING:
        newer = 0
        # A copy: other threads come and go. No function of Python's: its stack may be all but exhausted.
        for each in reversed(list(lot)):
            if each % _THREADS == thread:
                newer += 1
                if newer > _MOST_WAITING:
                    lot.pop(each, None)
    return token
