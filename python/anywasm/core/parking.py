"""Exceptions on their way through WebAssembly: what a guest carries is only a token."""

from __future__ import annotations

import itertools

# One count for all: a store looks for a token in several places.
_tokens = itertools.count(1)


def park(lot: dict[int, BaseException], exception: BaseException) -> int:
    """Keeps an exception until the call that it ended has returned; gives the token to find it by."""
    token = next(_tokens)
    lot[token] = exception
    return token
