"""The class `Limits`, for minimum and maximum sizes of memories and tables."""

from __future__ import annotations

from typing import Any, Optional


class Limits:
    """A minimum and a maximum size, in pages of a memory or elements of a table.

    If `max` is None, there is no maximum.

    >>> from anywasm.wasmtime import Limits
    >>> Limits(1, None) == Limits(1, None)
    True
    """

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, min: int, max: Optional[int]) -> None:
        self.min = min
        self.max = max

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Limits) and (self.min, self.max) == (other.min, other.max)

    def __repr__(self) -> str:
        return f"Limits({self.min!r}, {self.max!r})"


def check_limits(limits: Any) -> Limits:
    """Returns a `Limits` object unchanged. Raises TypeError for any other object."""
    if not isinstance(limits, Limits):
        raise TypeError("expected Limits")
    return limits
