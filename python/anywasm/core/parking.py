"""Exceptions on their way through WebAssembly: what a guest carries is only a token."""

from __future__ import annotations

import itertools

# One count for all: a store looks for a token in several places.
_tokens = itertools.count(1)

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
    token = next(_tokens)
    lot[token] = exception
    return token
