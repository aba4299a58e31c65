"""Attributes that are computed at their first use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class lazy(Generic[T]):  # noqa: N801 (a decorator, named in lower case like `property`)
    """Decorates a method: its result is computed at the first access, then stored as an attribute of the same name.

    It differs from `functools.cached_property` in that it never locks. Before Python 3.12, `cached_property` has a
    lock, which costs a microsecond and blocks other threads. If several threads access the attribute first at the same
    time, each may compute a value, and all get the value of the fastest thread.

    >>> class Circle:
    ...     @lazy
    ...     def area(self) -> float:
    ...         print("computed")
    ...         return 3.14
    >>> circle = Circle()
    >>> circle.area, circle.area
    computed
    (3.14, 3.14)
    """

    def __init__(self, compute: Callable[[Any], T]) -> None:
        self._compute, self.__doc__ = compute, compute.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: Any, owner: type | None = None) -> T:
        if instance is None:
            return self  # type: ignore[return-value]
        # Atomic, so that all threads get the same value. From now on Python finds the value in the instance's
        # dictionary, and does not call this method again.
        value: T = instance.__dict__.setdefault(self._name, self._compute(instance))
        return value
