"""Functions: calling them, and making them from Python callables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from anywasm.core import values
from anywasm.core.engine import Engine
from anywasm.core.extern import Extern, type_of
from anywasm.core.specialise import specialise
from anywasm.core.store import Store
from anywasm.core.types import FuncType

if TYPE_CHECKING:
    from anywasm.core.definition import HostDefinition
    from anywasm.core.importer import Waiting


Kind = TypeVar("Kind", bound="Func")


class Func(Extern):
    """A function. A style's subclass says how it is called; `specialise` gives it the fast path for it."""

    # No `__slots__` from here up: C's own layout comes first in the class that `specialise` makes.
    _fast_base = "callable"
    _own_slots = None
    #: Whether a call's first argument is the store.
    takes_store = False
    _signature: FuncType
    #: Of a host function that is told who calls it, and so made anew for each instance that imports it.
    _definition: HostDefinition | None = None
    #: From the engine module's `Callable`.
    _bind: Callable[[Any, Store | None, bytes, bytes], None]

    # A style's `__new__` does everything: it gives an object of the class for the engine.
    if TYPE_CHECKING:

        def __init__(self, *_: Any, **__: Any) -> None: ...

    else:
        __init__ = object.__init__

    @classmethod
    def of(
        cls: type[Kind], store: Store, owner: Any, signature: FuncType, definition: HostDefinition | None = None
    ) -> Kind:
        """The function that is owned, as an object of the class for its engine."""
        func = cls._allocate(store)
        func._init(store, owner, signature, definition)
        return func

    @classmethod
    def _allocate(cls: type[Kind], store: Store) -> Kind:
        """An object of the class for the store's engine, which `_init` is yet to make a function."""
        func: Kind = object.__new__(store._engine_module.classes.get(cls) or specialise(cls, store._engine_module))
        return func

    def _init(self, store: Store, owner: Any, signature: FuncType, definition: HostDefinition | None = None) -> None:
        """Instead of `__init__`; `definition`: of a host function."""
        if owner is None:
            raise store.core_failure()
        # As in `StoreObject`, which says why.
        self._store = store
        self._engine_module = store._engine_module
        self._style = store._style
        self._owner = owner
        self._signature = signature
        params, results = signature.codes
        self._bind(owner, store if self.takes_store else None, params, results)
        if definition is not None and definition.caller is not None:
            self._definition = definition

    def _init_unbound(self, engine: Engine, signature: FuncType) -> None:
        """Instead of `__init__`, for a function that is yet to be given to a store."""
        self._engine_module, self._style, self._owner = engine.engine_module, engine.style, None
        self._signature = signature

    @property
    def signature(self) -> FuncType:
        """Its type."""
        return self._signature

    def call(self, args: Sequence[Any]) -> list[Any]:
        """Calls it with plain values, as many as it has parameters; gives the results as plain values."""
        store, signature = self._store, self._signature
        slots = values.slots(store, max(len(signature.params), len(signature.results)))
        kept = values.write_all(store, slots, signature.params, args)
        self._check(self._engine_module.lib.aw_func_call(self._ptr, slots))
        del kept
        return values.read_all(store, slots, signature.results)

    def import_into(self, store: Store, waiting: Waiting) -> Any:
        """What to import it by; the style's error in another store than its own."""
        owner = super().import_into(store, waiting)
        return owner if self._definition is None else self._definition.import_into(store, waiting)

    def reference_in(self, store: Store) -> Extern:
        """What stands for this function as a reference in a store."""
        return self

    def _call_slowly(self, args: tuple[Any, ...]) -> Any:
        """A call that is not the plain case: the style's conversions and errors."""
        raise NotImplementedError


class OpaqueRef(Extern):
    """A reference to a function of which the engine tells nothing: it can be passed on, not called."""

    def reference_in(self, store: Store) -> Extern:
        """What stands for it as a reference in a store."""
        return self

    def __call__(self, *args: Any) -> Any:
        """Raises the error that the capability `funcref_call` is missing."""
        self._check(self._engine_module.lib.aw_func_call(self._ptr, values.slots(self._store, 1)))


def from_pointer(store: Store, ptr: Any) -> Func | OpaqueRef:
    """The object for a function that came out of the engine."""
    owner, signature = store.owned(ptr), type_of(store, ptr)
    if isinstance(signature, FuncType):
        return store._style.func.of(store, owner, signature)
    return OpaqueRef(store, owner)
