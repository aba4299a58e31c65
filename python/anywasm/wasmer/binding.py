"""Chooses the engine store of a memory, global or table that the host made, as late as possible.

In this style, objects of any `Store` can be imported anywhere. An engine allows only imports that live in the same
engine store as the instance. So an object that the host made stays unbound, which means that it is in no engine store,
until the program uses it. An import binds the object to the engine store of the instance. Any other use binds it to the
home store of the `Store` that the object was made with (see `Store._home`).

Binding takes two steps. First, an accepted `Claim` chooses the engine store for good, without entering any store. Then
the object is created there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from anywasm import core
from anywasm.wasmer.lockfree import Node
from anywasm.wasmer.sealed import Sealed
from anywasm.wasmer.store import Store

ExternT = TypeVar("ExternT", bound=core.Extern)
#: Creates an object in an engine store.
Factory = Callable[[core.Store], ExternT]


class Claim:
    """An all-or-nothing claim that some unbound objects belong to `store`. The first call of `decide` is final."""

    def __init__(self, store: core.Store) -> None:
        self.store = store

    def decide(self, accepted: bool) -> bool:
        """Accepts or rejects the claim, unless this is decided already. Returns whether the claim is accepted.

        The thread that makes a claim accepts it once every object has joined. Another thread that meets the undecided
        claim on an object does not wait: it rejects the claim. The first thread then makes a new claim.
        """
        decision: bool = self.__dict__.setdefault("accepted", accepted)
        return decision

    @property
    def accepted(self) -> bool:
        """Whether the claim has been accepted. False while it is undecided."""
        return bool(self.__dict__.get("accepted"))


class _Plan(Node, Generic[ExternT]):
    """The factory of an object, and the claim that may choose its store. A changed plan is a new node of the list."""

    __slots__ = ("claim", "factory")

    def __init__(self, factory: Factory[ExternT], claim: Claim | None = None) -> None:
        self.factory, self.claim = factory, claim

    def create(self, store: core.Store) -> ExternT:
        """Returns the object, created in `store` if needed. If several threads create it, the first one wins."""
        extern: ExternT | None = self.extern
        if extern is None:
            extern = self.__dict__.setdefault("extern", self.factory(store))
        return extern

    @property
    def extern(self) -> ExternT | None:
        """The object, or None while it is not created."""
        return self.__dict__.get("extern")

    @property
    def store(self) -> core.Store | None:
        """The engine store that the claim has chosen, or None while no claim is accepted."""
        return self.claim.store if self.claim is not None and self.claim.accepted else None


class Binding(Generic[ExternT]):
    """The core object of a memory, global or table, or the plan to create one while it is unbound.

    An object that an instance exports has no plan: it is created with its `extern`.
    """

    __slots__ = ("_plan", "_style_store", "extern")

    def __init__(self, store: Store | None, factory: Factory[ExternT] | None, extern: ExternT | None = None) -> None:
        #: The `Store` that the program made the object with. None for an exported object.
        self._style_store = store
        #: The last node of the list of plans, or an earlier node of the same list.
        self._plan: _Plan[ExternT] | None = None if factory is None else _Plan(factory)
        #: The core object, or None until something uses it.
        self.extern = extern

    def get(self) -> ExternT:
        """Returns the object. If it is unbound, creates it in the home store."""
        return self._get_in(None) if self.extern is None else self.extern

    def get_in(self, store: core.Store) -> ExternT:
        """Returns the object. If it is unbound, creates it in `store`."""
        return self._get_in(store) if self.extern is None else self.extern

    def _get_in(self, store_if_unbound: core.Store | None) -> ExternT:
        while True:
            plan = self._last_plan
            store = plan.store
            if store is not None:
                self.extern = plan.create(store)
                return self.extern
            claim = Claim(store_if_unbound or self._required_style_store._home())
            claim.decide(self.join(claim))

    def join(self, claim: Claim) -> bool:
        """Adds the object to a claim. Returns False if the object already belongs to another store."""
        if self.extern is not None:
            return self.extern._core_store is claim.store
        plan = self._last_plan
        while plan.claim is not claim:
            if plan.claim is not None and plan.claim.decide(False):
                return plan.claim.store is claim.store
            self._plan = plan = plan.set_next(_Plan(plan.factory, claim)).last
        return True

    def replace_factory(self, factory: Factory[ExternT]) -> bool:
        """Replaces the factory of an unbound object. Returns False if the object belongs to a store already."""
        if self.extern is not None:
            return False
        plan, new_plan = self._last_plan, _Plan(factory)
        while plan.claim is None or not plan.claim.decide(False):
            plan = plan.set_next(new_plan)
            if plan is new_plan:
                self._plan = new_plan
                return True
            plan = plan.last
        return False

    def extern_or_factory(self) -> Factory[ExternT] | ExternT:
        """Returns the object if it is created, or its factory."""
        if self.extern is not None:
            return self.extern
        plan = self._last_plan
        return plan.factory if plan.extern is None else plan.extern

    def replace_home(self, store: core.Store) -> None:
        """If the home store is `store`, makes objects that are bound to their home store later use a new one."""
        if self._style_store is not None:
            self._style_store._replace_home(store)

    def store(self) -> core.Store | None:
        """Returns the engine store that the object belongs to, or None while it is unbound."""
        return self._last_plan.store if self.extern is None else self.extern._core_store

    @property
    def _last_plan(self) -> _Plan[ExternT]:
        assert self._plan is not None, "an exported object has its extern from the start"
        return self._plan.last

    @property
    def _required_style_store(self) -> Store:
        assert self._style_store is not None, "an exported object has its extern from the start"
        return self._style_store


class Bound(Sealed):
    """The base of memories, globals and tables, each of which has a binding."""

    __slots__ = ("_binding",)

    _binding: Binding[Any]

    def _bound_store(self) -> core.Store | None:
        """Returns the only engine store that this object can be used in, or None if it can be used in any."""
        return self._binding.store()

    def _join(self, claim: Claim) -> bool:
        """Adds this object to a claim. Returns False if this object cannot be used in the claimed store."""
        return self._binding.join(claim)

    def _importable_in(self, store: core.Store) -> core.Extern:
        """Returns the core object to import into an instance in `store`, after a claim on `store` was accepted."""
        extern: core.Extern = self._binding.get_in(store)
        return extern
