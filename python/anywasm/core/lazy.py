"""Attributes that are computed at their first access."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class lazy(Generic[T]):  # noqa: N801 (a decorator, named in lower case like `property`)
    """Turns a method into an attribute. The first access calls the method and stores the result in the object.

    Unlike `functools.cached_property`, this decorator never locks. Before Python 3.12, `cached_property` acquires a
    lock, which costs a microsecond and blocks other threads. If several threads access the attribute for the first time
    at the same time, each of these threads may call the method. All of them get the result that was stored first.

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
        # `setdefault` is atomic, so all threads get the same value. Python looks in the instance's dictionary before it
        # calls `__get__`, because this class has no `__set__`. So later accesses do not call this method.
        value: T = instance.__dict__.setdefault(self._name, self._compute(instance))
        return value
