"""Functions: calling them, and making them from Python callables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from anywasm.core import host, values
from anywasm.core.engine import Engine
from anywasm.core.extern import Extern, type_of
from anywasm.core.specialise import specialise
from anywasm.core.store import Store
from anywasm.core.types import FuncType

if TYPE_CHECKING:
    from anywasm.core.definition import HostDefinition
    from anywasm.core.importer import Importer


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
    _bind: Callable[[int, Store | None, bytes, bytes], None]

    @classmethod
    def of(cls, store: Store, ptr: Any, signature: FuncType) -> Func:
        """The function behind a pointer, as an object of the class for its engine."""
        func: Func = object.__new__(store._native.classes.get(cls) or specialise(cls, store._native))
        Func.__init__(func, store, ptr, signature)
        return func

    @classmethod
    def defined(cls, store: Store, definition: HostDefinition) -> Func:
        """The function that a definition is in a store."""
        func: Func = object.__new__(specialise(cls, store._native))
        Func._be_defined(func, store, definition, shared=True)
        return func

    def __init__(self, store: Store, ptr: Any, signature: FuncType, shared: bool = False) -> None:
        Extern.__init__(self, store, ptr, shared)
        self._signature = signature
        address = int(self._native.ffi.cast("uintptr_t", self._ptr))
        self._bind(address, store if self.takes_store else None, bytes(signature.params), bytes(signature.results))

    def _be_defined(self, store: Store, definition: HostDefinition, shared: bool = False) -> None:
        """Instead of `__init__`, for a host function; `shared`: for the one that all who ask the definition get."""
        ptr = definition.pointer_in(store) if shared else definition.new_in(store)
        Func.__init__(self, store, ptr, definition.signature, shared)
        if definition.caller is not None:
            self._definition = definition

    def _be_nowhere(self, engine: Engine, signature: FuncType) -> None:
        """Instead of `__init__`, for a function that is yet to be given to a store."""
        self._native, self._face, self._ptr = engine.native, engine.face, engine.native.ffi.NULL
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
        self._check(self._native.lib.aw_func_call(self._ptr, slots))
        del kept
        return values.read_all(store, slots, signature.results)

    def import_into(self, store: Store, importer: Importer) -> Any:
        """The pointer to import it by, in its store."""
        return self._ptr if self._definition is None else self._definition.import_into(store, importer)

    def reference_in(self, store: Store) -> Extern:
        """What stands for this function as a reference in a store."""
        return self

    def _call_slowly(self, args: tuple[Any, ...]) -> Any:
        """A call that is not the plain case: the style's conversions and errors."""
        raise NotImplementedError

    def _raise_failure(self) -> Any:
        """Raises the exception of the call that has just failed."""
        raise self._failure()


class OpaqueRef(Extern):
    """A reference to a function of which the engine tells nothing: it can be passed on, not called."""

    def reference_in(self, store: Store) -> Extern:
        """What stands for it as a reference in a store."""
        return self

    def __call__(self, *args: Any) -> Any:
        """Raises the error that the capability `funcref_call` is missing."""
        self._check(self._native.lib.aw_func_call(self._ptr, values.slots(self._store, 1)))


def host_function(store: Store, signature: FuncType, function: Callable[..., Any]) -> Any:
    """A pointer to a new host function in the store, which keeps the callable alive."""
    native = store._native
    slow = host.slow_path(store, signature, function)
    store._callables[id(slow)] = function, slow
    params, results = bytes(signature.params), bytes(signature.results)
    ptr = native.lib.aw_py_func_new(store._ptr, id(function), id(slow), params, len(params), results, len(results))
    if not ptr:
        del store._callables[id(slow)]
    return ptr


def from_pointer(store: Store, ptr: Any) -> Func | OpaqueRef:
    """The object for a function that came out of the engine."""
    signature = type_of(store, ptr)
    if isinstance(signature, FuncType):
        return store._face.func.of(store, ptr, signature)
    return OpaqueRef(store, ptr)
