"""When and where a host-made object is given to an engine's store: as late as possible.

In this style objects of any store can be imported anywhere; an engine allows only objects of one and the same store.
So a memory, global or table made by the host waits until something uses it: an import puts it into the store of the
instance, any other use into the home of the `Store` it was made with.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from anywasm import core
from anywasm.wasmer.sealed import Sealed
from anywasm.wasmer.store import Store

Kind = TypeVar("Kind", bound=core.Extern)


class Binding(Generic[Kind]):
    """A core object, or how to make it once it is known where."""

    __slots__ = ("_home", "_make", "made")

    def __init__(self, home: Store | None, make: Callable[[core.Store], Kind] | None, made: Kind | None = None) -> None:
        self._home, self._make = home, make
        #: The object, if it is made already.
        self.made = made

    def get(self) -> Kind:
        """The object, made at home if need be."""
        if self.made is None:
            assert self._home is not None
            with self._home._lock:
                return self.get_in(self._home._home())
        return self.made

    def before(self, action: Callable[[], object]) -> bool:
        """Does this if the object is not made yet, and says so."""
        if self.made is not None:
            return False
        assert self._home is not None
        with self._home._lock:
            if self.made is None:
                action()
            return self.made is None

    def get_in(self, store: core.Store) -> Kind:
        """The object, made in this store if it is not made yet."""
        if self.made is None:
            assert self._make is not None
            assert self._home is not None
            with self._home._lock:
                if self.made is None:
                    self.made = self._make(store)
        return self.made

    def leave_home(self, store: core.Store) -> None:
        """Others who come home from now on live in another store than this one."""
        if self._home is not None:
            self._home._leave(store)

    def store(self) -> core.Store | None:
        """Where it lives already, if anywhere."""
        return self.made.core_store if self.made is not None else None


class Bound(Sealed):
    """The base of memories, globals and tables, which have a binding."""

    __slots__ = ("_binding",)

    _binding: Binding[Any]

    def _live_store(self) -> core.Store | None:
        """The engine's store that it cannot leave, if it is in one already."""
        return self._binding.store()

    def _in_store(self, store: core.Store) -> core.Extern:
        """What it is in this store, where it lives or can."""
        extern: core.Extern = self._binding.get_in(store)
        return extern
