"""Lock-free building blocks for objects that several threads may create or change at the same time.

The modules of `anywasm.wasmer` use no Python lock, because a lock could deadlock in two ways:

* While a thread holds the lock, Python may run other code on the same thread: a signal handler, or a destructor that
  the garbage collector calls. This code may need the same lock.
* A thread that creates an object in an engine store waits until no other thread runs WebAssembly in the engine store.
  If the waiting thread held the lock, a host function on the other thread could wait for the lock.

Without a lock, every thread that needs an object creates its own object. Then the atomic operation `dict.setdefault`
selects the object that all threads use. The other objects are freed before any other code has used them.

This design also supports `fork`. If another thread held a lock during the fork, the lock would stay locked in the child
process forever, because the other thread does not exist there.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Generic, TypeVar

NodeT = TypeVar("NodeT", bound="Node")
Value = TypeVar("Value")


class Node:
    """A node of a linked list. Nodes are only added to the list. The successor of a node cannot be changed.

    >>> first, second, third = Node(), Node(), Node()
    >>> first.set_next(second) is second, first.set_next(third) is second
    (True, True)
    >>> first.last is second
    True
    """

    # The successor is an entry of `__dict__`. A slot for the successor would not work, because `set_next` needs an
    # atomic operation, `dict.setdefault`, so that two threads cannot both set the successor.
    __slots__ = ("__dict__",)

    @property
    def last(self: NodeT) -> NodeT:
        """The last node of the list."""
        node: NodeT | None = self
        while node is not None:
            last, node = node, node.__dict__.get("next")
        return last

    def set_next(self: NodeT, node: NodeT) -> NodeT:
        """Makes `node` the successor of this node if this node has no successor. Returns the successor of this node."""
        successor: NodeT = self.__dict__.setdefault("next", node)
        return successor


class _WeakNode(Node, Generic[Value]):
    """A node with a weak reference to a value, or with no value."""

    __slots__ = ("reference",)

    def __init__(self, reference: weakref.ref[Value] | None) -> None:
        self.reference = reference

    def get(self) -> Value | None:
        """Returns the value. Returns None if the node has no value, or if the value has been freed."""
        return None if self.reference is None else self.reference()


class WeakSingleton(Generic[Value]):
    """Creates a value on demand. All callers of `get` share the value until the last caller releases the value.

    >>> class Ship: ...
    >>> singleton = WeakSingleton()
    >>> ship = singleton.get(Ship)
    >>> singleton.get(Ship) is ship
    True
    >>> singleton.forget(ship)
    >>> singleton.get(Ship) is ship
    False
    """

    __slots__ = ("_node",)

    def __init__(self) -> None:
        #: A node of a list of weak references, usually the last node. The last node has the current value.
        self._node: _WeakNode[Value] = _WeakNode(None)

    def get(self, create: Callable[[], Value]) -> Value:
        """Returns the current value. If there is no current value, calls `create()` and returns the new value."""
        created: Value | None = None
        node = self._node.last
        while (value := node.get()) is None:
            if created is None:
                created = create()
            node = node.set_next(_WeakNode(weakref.ref(created))).last
        self._node = node
        return value

    def forget(self, value: Value) -> None:
        """Makes later calls of `get` return a new value if `value` is the current value."""
        node = self._node.last
        if node.get() is value:
            self._node = node.set_next(_WeakNode(None))
