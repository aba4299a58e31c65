"""Functions: creating and calling them.

The conversion of arguments and results spans several files; `core/values.py` names them.
"""

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
    from anywasm.core.importer import InstanceCallbacks


FuncT = TypeVar("FuncT", bound="Func")


class Func(Extern):
    """A function. Each style has a subclass, which defines how a function is called.

    An object is never of that subclass itself: `specialise` derives a class from it and from the engine module's
    `Callable`, which calls the function without a Python frame (`src/glue/call.c`).
    """

    # This class and its bases have no `__slots__`, because the C type's layout comes first in the derived class.
    _core_fast_base = "callable"
    _core_own_slots = None
    #: Whether the first argument of a call is the store.
    _core_takes_store = False
    #: The function's type.
    _core_signature: FuncType
    #: The definition of a host function that receives its caller, and is therefore created anew for each instance that
    #: imports it; None for all other functions.
    _core_definition: HostDefinition | None = None
    #: A method of the engine module's `Callable`: sets what a call does.
    _bind: Callable[[Any, Store | None, bytes, bytes], None]

    # A style's `__new__` returns a complete object of the engine's class, so that `__init__` has nothing to do.
    if TYPE_CHECKING:

        def __init__(self, *_: Any, **__: Any) -> None: ...

    else:
        __init__ = object.__init__

    @classmethod
    def _core_of(
        cls: type[FuncT], store: Store, owner: Any, signature: FuncType, definition: HostDefinition | None = None
    ) -> FuncT:
        """Creates the Python object for a function in a store; the parameters are those of `_core_init`."""
        func = cls._core_allocate(store)
        func._core_init(store, owner, signature, definition)
        return func

    @classmethod
    def _core_from_ptr(cls, store: Store, ptr: Any) -> Func | OpaqueRef:
        """Creates the object for a function that came out of the engine; the object owns the pointer."""
        owner, signature = store._core_own_extern(ptr), type_of(store, ptr)
        if isinstance(signature, FuncType):
            return cls._core_of(store, owner, signature)
        return OpaqueRef(store, owner)

    @classmethod
    def _core_allocate(cls: type[FuncT], store: Store) -> FuncT:
        """Allocates an object of the class for the store's engine. The caller then calls `_core_init`."""
        engine_module = store._core_engine_module
        func: FuncT = object.__new__(engine_module.classes.get(cls) or specialise(cls, engine_module))
        return func

    def _core_init(
        self, store: Store, owner: Any, signature: FuncType, definition: HostDefinition | None = None
    ) -> None:
        """Initialises the object, in place of `__init__`.

        `owner` owns the function; None raises the exception of the call that failed to create it. `definition` is the
        definition of a host function.
        """
        if owner is None:
            raise store._core_last_exception()
        # `StoreObject.__init__` explains why these assignments are repeated.
        self._core_store = store
        self._core_engine_module = store._core_engine_module
        self._core_style = store._core_style
        self._core_owner = owner
        self._core_signature = signature
        params, results = signature.codes
        self._bind(owner, store if self._core_takes_store else None, params, results)
        if definition is not None and definition.caller_class is not None:
            self._core_definition = definition

    def _core_init_unbound(self, engine: Engine, signature: FuncType) -> None:
        """Initialises a function that lives in no store yet, in place of `__init__`. `_core_init` may follow later."""
        self._core_engine_module, self._core_style = engine._core_engine_module, engine._core_style
        self._core_owner = None
        self._core_signature = signature

    def _core_call(self, args: Sequence[Any]) -> list[Any]:
        """Calls the function with plain values, one per parameter, and returns the results as plain values."""
        store, signature = self._core_store, self._core_signature
        slots = values.slots(store, max(len(signature.params), len(signature.results)))
        kept_alive = values.lower_all(store, slots, signature.params, args)
        self._core_check(self._core_engine_module.lib.aw_func_call(self._core_ptr, slots))
        del kept_alive
        return values.lift_all(store, slots, signature.results)

    def _core_import_into(self, store: Store, callbacks: InstanceCallbacks) -> Any:
        """Returns the owner to import; raises the style's error if the function lives in another store."""
        owner = super()._core_import_into(store, callbacks)
        return owner if self._core_definition is None else self._core_definition._core_import_into(store, callbacks)

    def _core_reference_in(self, store: Store) -> Extern:
        """Returns the extern that represents this function as a reference in a store."""
        return self

    def _core_call_slowly(self, args: tuple[Any, ...]) -> Any:
        """Calls the function if the C code cannot do it: applies the style's conversions and raises its errors."""
        raise NotImplementedError


class OpaqueRef(Extern):
    """A reference to a function whose type the engine does not reveal. It can be passed on, but not called."""

    def _core_reference_in(self, store: Store) -> Extern:
        """Returns the extern that represents the function as a reference in a store."""
        return self

    def __call__(self, *args: Any) -> Any:
        """Raises the error for an engine that lacks the capability `funcref_call`."""
        self._core_check(self._core_engine_module.lib.aw_func_call(self._core_ptr, values.slots(self._core_store, 1)))
