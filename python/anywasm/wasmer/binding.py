"""Binds memories, globals and tables of the host to engine stores (`core.Store`), as late as possible.

With the API of wasmer 1.1, a memory, global or table that the host made with any `Store` can be imported into any
instance. But an engine accepts only imports that live in the engine store of the instance. When the program makes an
object, the program has not yet said which instance will import the object. So an object of the host is unbound at
first. An unbound object lives in no engine store. The first use of the object binds it. If this use is an import, the
object is bound to the engine store of the instance. Any other use binds the object to a home store: each `Store` has a
home store, an engine store for such objects (see `Store._home`).

Binding takes two steps. In the first step, a `Claim` is accepted: a proposal to bind the object to the engine store
that the claim contains. An accepted claim is final. No thread waits for an engine store in the first step. In the
second step, the object is created in the chosen engine store.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from anywasm import core
from anywasm.wasmer.lockfree import Node
from anywasm.wasmer.sealed import Sealed
from anywasm.wasmer.store import Store

ExternT = TypeVar("ExternT", bound=core.Extern)
#: A callable that creates a memory, global or table of `anywasm.core` in an engine store.
Factory = Callable[[core.Store], ExternT]


class Claim:
    """A proposal to bind some unbound objects, objects that live in no engine store yet, to `store`.

    The claim is accepted for all of these objects or rejected for all of them. The first call of `decide` is final:
    later calls do not change the decision.
    """

    def __init__(self, store: core.Store) -> None:
        self.store = store

    def decide(self, accepted: bool) -> bool:
        """Accepts or rejects the claim if it is undecided. Returns whether the claim is accepted.

        The thread that makes a claim adds every object to the claim, and then accepts the claim. If another thread
        finds an undecided claim on an object, the other thread does not wait but rejects the claim. Then the first
        thread makes a new claim.
        """
        decision: bool = self.__dict__.setdefault("accepted", accepted)
        return decision

    @property
    def accepted(self) -> bool:
        """Whether the claim has been accepted. False for an undecided claim."""
        return bool(self.__dict__.get("accepted"))


class _Plan(Node, Generic[ExternT]):
    """A plan to create an object: a factory, which creates the object, and a claim, which proposes its engine store.

    Plans are nodes of a list. The factory and the claim of a plan never change. To give an object another factory or
    claim, a thread appends a new plan to the list. The last plan of the list is the current plan.
    """

    __slots__ = ("claim", "factory")

    def __init__(self, factory: Factory[ExternT], claim: Claim | None = None) -> None:
        self.factory, self.claim = factory, claim

    def create(self, store: core.Store) -> ExternT:
        """Returns the object. If the object does not exist, creates the object in `store`.

        If several threads create the object at the same time, all of them return the object of the first thread.
        """
        extern: ExternT | None = self.extern
        if extern is None:
            extern = self.__dict__.setdefault("extern", self.factory(store))
        return extern

    @property
    def extern(self) -> ExternT | None:
        """The created object, or None before the object is created."""
        return self.__dict__.get("extern")

    @property
    def store(self) -> core.Store | None:
        """The engine store of the claim. None if there is no claim, or if the claim is not accepted."""
        return self.claim.store if self.claim is not None and self.claim.accepted else None


class Binding(Generic[ExternT]):
    """The core object of a memory, global or table of this API style, or the plans to create the core object.

    The binding of an object that an instance exports has no plans: it contains the core object from the start.
    """

    __slots__ = ("_plan", "_style_store", "extern")

    def __init__(self, store: Store | None, factory: Factory[ExternT] | None, extern: ExternT | None = None) -> None:
        #: The `Store` that the program passed to the constructor. None for an object that an instance exports.
        self._style_store = store
        #: A node of the list of plans, usually the last node. None for an object that an instance exports.
        self._plan: _Plan[ExternT] | None = None if factory is None else _Plan(factory)
        #: The core object. None if this binding has not been used yet.
        self.extern = extern

    def get(self) -> ExternT:
        """Returns the core object.

        If the object is unbound, creates the core object in the home store of its `Store`.
        """
        return self._get_in(None) if self.extern is None else self.extern

    def get_in(self, store: core.Store) -> ExternT:
        """Returns the core object. If the object is unbound, creates the core object in `store`."""
        return self._get_in(store) if self.extern is None else self.extern

    def _get_in(self, store_if_unbound: core.Store | None) -> ExternT:
        while True:
            plan = self._last_plan
            store = plan.store
            if store is not None:
                self.extern = plan.create(store)
                return self.extern
            claim = Claim(store_if_unbound or self._required_style_store._home())
            claim.decide(self.add_to_claim(claim))

    def add_to_claim(self, claim: Claim) -> bool:
        """Adds the object to the objects that a claim proposes to bind.

        Returns False if the object already belongs to another engine store.
        """
        if self.extern is not None:
            return self.extern._core_store is claim.store
        plan = self._last_plan
        while plan.claim is not claim:
            if plan.claim is not None and plan.claim.decide(False):
                return plan.claim.store is claim.store
            self._plan = plan = plan.set_next(_Plan(plan.factory, claim)).last
        return True

    def replace_factory(self, factory: Factory[ExternT]) -> bool:
        """Replaces the callable that creates an unbound object. Returns False if the object is already bound."""
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
        """Returns the core object, or the factory that will create the core object if it does not exist yet."""
        if self.extern is not None:
            return self.extern
        plan = self._last_plan
        return plan.factory if plan.extern is None else plan.extern

    def replace_home(self, store: core.Store) -> None:
        """If `store` is the current home store, makes objects that are bound later use a new home store."""
        if self._style_store is not None:
            self._style_store._replace_home(store)

    def store(self) -> core.Store | None:
        """Returns the engine store that the object is bound to, or None if the object is unbound."""
        return self._last_plan.store if self.extern is None else self.extern._core_store

    @property
    def _last_plan(self) -> _Plan[ExternT]:
        assert self._plan is not None, "an exported object has its extern from the start"
        return self._plan.last

    @property
    def _required_style_store(self) -> Store:
        assert self._style_store is not None, "an exported object has its extern from the start"
        return self._style_store


class Bindable(Sealed):
    """The base class of memories, globals and tables. Each object has a `Binding` to an engine store."""

    __slots__ = ("_binding",)

    _binding: Binding[Any]

    def _bound_store(self) -> core.Store | None:
        """Returns the engine store of this object. Returns None if the object can be used in any engine store."""
        return self._binding.store()

    def _add_to_claim(self, claim: Claim) -> bool:
        """Adds this object to the objects that a claim proposes to bind to an engine store.

        Returns False if this object cannot be used in the engine store of the claim.
        """
        return self._binding.add_to_claim(claim)

    def _importable_in(self, store: core.Store) -> core.Extern:
        """Returns the core object to import into an instance in `store`.

        If this object was unbound (in no engine store), a claim that binds it to `store` must have been accepted before
        the call.
        """
        extern: core.Extern = self._binding.get_in(store)
        return extern
