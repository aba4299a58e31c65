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
from anywasm.wasmer.step import Step
from anywasm.wasmer.store import Store

Kind = TypeVar("Kind", bound=core.Extern)
Make = Callable[[core.Store], Kind]


class Proposal:
    """That some objects, which live nowhere yet, are to live in a store: all of them or none."""

    def __init__(self, store: core.Store) -> None:
        self.store = store

    def settled(self, accepted: bool) -> bool:
        """Whether it is accepted, as whoever asks first says.

        Who proposes says yes when all objects are claimed. Whoever comes upon it before does not wait for that, but
        says no; then it is proposed again.
        """
        answer: bool = self.__dict__.setdefault("accepted", accepted)
        return answer

    @property
    def accepted(self) -> bool:
        """Whether it is accepted by now."""
        return bool(self.__dict__.get("accepted"))


class _Plan(Step, Generic[Kind]):
    """How an object is to be made, and in which store, if a proposal says so."""

    __slots__ = ("make", "proposal")

    def __init__(self, make: Make[Kind], proposal: Proposal | None = None) -> None:
        self.make, self.proposal = make, proposal

    def get(self, store: core.Store) -> Kind:
        """The object in the store: of threads that make it at the same time, all get the one that is done first."""
        made: Kind | None = self.made
        if made is None:
            made = self.__dict__.setdefault("made", self.make(store))
        return made

    @property
    def made(self) -> Kind | None:
        """The object if it is made."""
        return self.__dict__.get("made")

    @property
    def store(self) -> core.Store | None:
        """Where the object lives, if that is known by now."""
        return self.proposal.store if self.proposal is not None and self.proposal.accepted else None


class Binding(Generic[Kind]):
    """A core object, or how to make it once it is known where.

    First it is settled where the object lives, for good and without entering any store; then it is made there.
    """

    __slots__ = ("_home", "_plan", "made")

    def __init__(self, home: Store | None, make: Make[Kind] | None, made: Kind | None = None) -> None:
        self._home = home
        #: The last plan, or one before it; None for what came from an instance.
        self._plan: _Plan[Kind] | None = None if make is None else _Plan(make)
        #: The object; None until somebody uses it.
        self.made = made

    def get(self) -> Kind:
        """The object, made at home if need be."""
        return self._get_in(None) if self.made is None else self.made

    def get_in(self, store: core.Store) -> Kind:
        """The object, made in this store unless it lives in another."""
        return self._get_in(store) if self.made is None else self.made

    def _get_in(self, wanted: core.Store | None) -> Kind:
        while True:
            plan = self._last
            store = plan.store
            if store is not None:
                self.made = plan.get(store)
                return self.made
            proposal = Proposal(wanted or self._at_home._home())
            proposal.settled(self.propose(proposal))

    def propose(self, proposal: Proposal) -> bool:
        """Claims the object for a proposal; False where it lives in another store already."""
        if self.made is not None:
            return self.made._core_store is proposal.store
        plan = self._last
        while plan.proposal is not proposal:
            if plan.proposal is not None and plan.proposal.settled(False):
                return plan.proposal.store is proposal.store
            self._plan = plan = plan.followed_by(_Plan(plan.make, proposal)).last
        return True

    def replace_factory(self, make: Make[Kind]) -> bool:
        """Has it made like this from now on, unless it lives somewhere already; says whether."""
        if self.made is not None:
            return False
        plan, mine = self._last, _Plan(make)
        while plan.proposal is None or not plan.proposal.settled(False):
            plan = plan.followed_by(mine)
            if plan is mine:
                self._plan = mine
                return True
            plan = plan.last
        return False

    def now(self) -> Make[Kind] | Kind:
        """The object if it is made, else what is to make it."""
        if self.made is not None:
            return self.made
        plan = self._last
        return plan.make if plan.made is None else plan.made

    def leave_home(self, store: core.Store) -> None:
        """Others who come home from now on live in another store than this one."""
        if self._home is not None:
            self._home._leave(store)

    def store(self) -> core.Store | None:
        """Where it lives already, if anywhere."""
        return self._last.store if self.made is None else self.made._core_store

    @property
    def _last(self) -> _Plan[Kind]:
        assert self._plan is not None, "what came from an instance is made"
        return self._plan.last

    @property
    def _at_home(self) -> Store:
        assert self._home is not None, "what came from an instance is made"
        return self._home


class Bound(Sealed):
    """The base of memories, globals and tables, which have a binding."""

    __slots__ = ("_binding",)

    _binding: Binding[Any]

    def _live_store(self) -> core.Store | None:
        """The engine's store that it cannot leave, if it is in one already."""
        return self._binding.store()

    def _agrees(self, proposal: Proposal) -> bool:
        """Whether it can be what it is in the store that is proposed, if that is accepted."""
        return self._binding.propose(proposal)

    def _in_store(self, store: core.Store) -> core.Extern:
        """What it is in this store, where it lives or can."""
        extern: core.Extern = self._binding.get_in(store)
        return extern
