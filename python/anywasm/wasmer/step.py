"""What several threads may want to make or change at the same time, without a lock.

The rule of this style: nothing holds a lock of Python's. While one is held, Python may run whatever it likes on the
same thread (a signal's handler, a destructor that the garbage collector calls), and whoever makes something in an
engine's store waits for the thread that runs WebAssembly there, whose host functions may come here themselves. So
whoever needs an object makes it, and then one atomic operation, `dict.setdefault`, decides whose is used by all. The
others let go of what they have made before anybody has seen it. A forked process finds nothing locked.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Generic, TypeVar

Kind = TypeVar("Kind", bound="Step")
Held = TypeVar("Held")


class Step:
    """The base of what something that changes can be in turn: at most one step follows another, for good.

    >>> first, second, third = Step(), Step(), Step()
    >>> first.followed_by(second) is second, first.followed_by(third) is second
    (True, True)
    >>> first.last is second
    True
    """

    # The dictionary is made when something follows.
    __slots__ = ("__dict__",)

    @property
    def last(self: Kind) -> Kind:
        """The step that none follows yet."""
        step: Kind | None = self
        while step is not None:
            last, step = step, step.__dict__.get("next")
        return last

    def followed_by(self: Kind, step: Kind) -> Kind:
        """What follows: this step, unless another was faster."""
        following: Kind = self.__dict__.setdefault("next", step)
        return following


class _Turn(Step, Generic[Held]):
    """What is current in turn; nothing while `held` is None or what it refers to is gone."""

    __slots__ = ("held",)

    def __init__(self, held: weakref.ref[Held] | None) -> None:
        self.held = held

    def get(self) -> Held | None:
        return None if self.held is None else self.held()


class Current(Generic[Held]):
    """An object that is made when it is asked for, and is the same for all as long as any of them holds it.

    >>> class Ship: ...
    >>> current = Current()
    >>> one = current.get(Ship)
    >>> current.get(Ship) is one
    True
    >>> current.leave(one)
    >>> current.get(Ship) is one
    False
    """

    __slots__ = ("_turn",)

    def __init__(self) -> None:
        #: The last one, or one before it.
        self._turn: _Turn[Held] = _Turn(None)

    def get(self, make: Callable[[], Held]) -> Held:
        """The object, made if there is none."""
        made: Held | None = None
        turn = self._turn.last
        while (found := turn.get()) is None:
            if made is None:
                made = make()
            turn = turn.followed_by(_Turn(weakref.ref(made))).last
        self._turn = turn
        return found

    def leave(self, held: Held) -> None:
        """Whoever asks from now on gets another than this one."""
        turn = self._turn.last
        if turn.get() is held:
            self._turn = turn.followed_by(_Turn(None))
