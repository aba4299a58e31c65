"""Lock-free building blocks for objects that several threads may create or change at the same time.

This style never holds a Python lock. A lock could deadlock in two ways. While a thread holds it, Python may run other
code on the same thread (a signal handler, or a destructor that the garbage collector calls), and this code may need the
same lock. And a thread that creates an object in an engine's store waits for the thread that runs WebAssembly in this
store, whose host functions may need the lock.

Instead, every thread that needs an object creates one. An atomic operation, `dict.setdefault`, then decides which of
these objects all threads use; the other objects are dropped before any other code has seen them. After a fork, the
child process has no lock that a thread of the parent still holds.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Generic, TypeVar

NodeT = TypeVar("NodeT", bound="Node")
Value = TypeVar("Value")


class Node:
    """A node of a linked list that can only grow. The first successor that a node gets is final.

    >>> first, second, third = Node(), Node(), Node()
    >>> first.set_next(second) is second, first.set_next(third) is second
    (True, True)
    >>> first.last is second
    True
    """

    # `set_next` needs a dictionary, because `dict.setdefault` is atomic.
    __slots__ = ("__dict__",)

    @property
    def last(self: NodeT) -> NodeT:
        """The last node of the list, found by following the successors of this node."""
        node: NodeT | None = self
        while node is not None:
            last, node = node, node.__dict__.get("next")
        return last

    def set_next(self: NodeT, node: NodeT) -> NodeT:
        """Makes `node` the successor of this node, unless this node has one already. Returns the successor."""
        successor: NodeT = self.__dict__.setdefault("next", node)
        return successor


class _WeakNode(Node, Generic[Value]):
    """A node with a weak reference to a value, or with no value."""

    __slots__ = ("reference",)

    def __init__(self, reference: weakref.ref[Value] | None) -> None:
        self.reference = reference

    def get(self) -> Value | None:
        """Returns the value, or None if there is no value or if it was freed."""
        return None if self.reference is None else self.reference()


class WeakSingleton(Generic[Value]):
    """An object that is created on demand and shared by all callers for as long as any of them holds it.

    >>> class Ship: ...
    >>> singleton = WeakSingleton()
    >>> one = singleton.get(Ship)
    >>> singleton.get(Ship) is one
    True
    >>> singleton.forget(one)
    >>> singleton.get(Ship) is one
    False
    """

    __slots__ = ("_node",)

    def __init__(self) -> None:
        #: The last node of a list of references, or an earlier node of the same list.
        self._node: _WeakNode[Value] = _WeakNode(None)

    def get(self, create: Callable[[], Value]) -> Value:
        """Returns the current object. If there is none, creates it with `create()`."""
        created: Value | None = None
        node = self._node.last
        while (value := node.get()) is None:
            if created is None:
                created = create()
            node = node.set_next(_WeakNode(weakref.ref(created))).last
        self._node = node
        return value

    def forget(self, value: Value) -> None:
        """Makes later calls of `get` return another object, if `value` is the current one."""
        node = self._node.last
        if node.get() is value:
            self._node = node.set_next(_WeakNode(None))
