"""Functions: creating and calling them.

Several files convert arguments and results. `core/values.py` lists these files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from anywasm.core import glue, values
from anywasm.core.engine import Engine
from anywasm.core.extern import Extern, type_of
from anywasm.core.store import Store
from anywasm.core.types import FuncType

if TYPE_CHECKING:
    from anywasm.core.definition import HostDefinition
    from anywasm.core.importer import InstanceCallbacks


FuncT = TypeVar("FuncT", bound="Func")


class Func(Extern):
    """A function. Each API style has a subclass that defines how programs call the function.

    The method `__call__` is C code (`src/glue/call.c`), which calls the function without a Python frame. The C code is
    part of each engine module, and no engine module is loaded when this class is created. So this class gets the method
    later: when the first engine module is loaded, `core/glue.py` adds the C type `Callable` of this engine module to
    the bases of this class. The functions of all engine modules use this method, because they all belong to this class.
    `_core_target` is an object of the function's own engine module.
    """

    __slots__ = ("_core_target",)

    #: What `__call__` needs to know about the function: a `CallTarget` of the engine module. None for a function that
    #: is not bound to a store.
    _core_target: Any
    #: Whether the program passes the store as the first argument of a call.
    _core_takes_store = False
    #: The function's type.
    _core_signature: FuncType
    #: The definition of a host function whose callable receives an object that describes the calling instance. Each
    #: importing instance imports a new function, made from this definition. None for all other functions.
    _core_definition: HostDefinition | None = None

    # The core initialises functions by `_core_init` and `_core_init_unbound`. This declaration tells type checkers that
    # a call of the class accepts any arguments.
    if TYPE_CHECKING:

        def __init__(self, *_: Any, **__: Any) -> None: ...

    else:
        __init__ = object.__init__

    @classmethod
    def _core_from_owner(
        cls: type[FuncT], store: Store, owner: Any, signature: FuncType, definition: HostDefinition | None = None
    ) -> FuncT:
        """Creates the Python object for a function in a store. `_core_init` describes the parameters."""
        func: FuncT = object.__new__(cls)
        func._core_init(store, owner, signature, definition)
        return func

    @classmethod
    def _core_from_ptr(cls, store: Store, ptr: Any) -> Func | OpaqueRef:
        """Creates the Python object for a function that the engine returned. The object owns the pointer `ptr`."""
        owner, signature = store._core_own_extern(ptr), type_of(store, ptr)
        if isinstance(signature, FuncType):
            return cls._core_from_owner(store, owner, signature)
        return OpaqueRef(store, owner)

    def _core_init(
        self, store: Store, owner: Any, signature: FuncType, definition: HostDefinition | None = None
    ) -> None:
        """Initialises the object. The core calls this method instead of `__init__`.

        `owner` is the Python object that owns the function's handle. It is None if the call that should create the
        function failed: this method then raises the exception for the failed call. `definition` is the definition of a
        host function, or None for any other function.
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
        self._core_target = self._core_engine_module.call_target(
            owner, store if self._core_takes_store else None, params, results
        )
        # Only a function whose callable receives the calling instance is made anew for each importing instance. So only
        # objects for such a function need the definition.
        if definition is not None and definition.caller_class is not None:
            self._core_definition = definition

    def _core_init_unbound(self, engine: Engine, signature: FuncType) -> None:
        """Initialises a function that is not bound to a store. The core calls this method instead of `__init__`.

        A later call of `_core_init` binds the function to a store.
        """
        self._core_engine_module, self._core_style = engine._core_engine_module, engine._core_style
        self._core_owner = self._core_target = None
        self._core_signature = signature

    def _core_call(self, args: Sequence[Any]) -> list[Any]:
        """Calls the function with one plain value per parameter. Returns the results as plain values."""
        store, signature = self._core_store, self._core_signature
        slots = values.new_slots(store, max(len(signature.params), len(signature.results)))
        kept_alive = values.lower_all(store, slots, signature.params, args)
        self._core_check(self._core_engine_module.lib.aw_func_call(self._core_ptr, slots))
        del kept_alive
        return values.lift_all(store, slots, signature.results)

    def _core_import_into(self, store: Store, callbacks: InstanceCallbacks) -> Any:
        """Returns the owner, the Python object that frees the shim's function, of the function to import.

        Raises the API style's error if the function lives in another store.
        """
        owner = super()._core_import_into(store, callbacks)
        return owner if self._core_definition is None else self._core_definition._core_import_into(store, callbacks)

    def _core_reference_in(self, store: Store) -> Extern:
        """Returns the extern that guests in `store` hold as a reference to this function."""
        return self

    def _core_positional(self, args: tuple[Any, ...], keywords: Mapping[str, Any]) -> tuple[Any, ...]:
        """Returns the arguments of a call with keywords as if they all were positional.

        Raises TypeError for an unexpected keyword. `keywords` contains at least one.
        """
        raise unexpected_keyword(self, next(iter(keywords)))

    def _core_call_slowly(self, args: tuple[Any, ...]) -> Any:
        """Calls the function if the C code in `Callable` cannot: with the API style's conversions and errors."""
        raise NotImplementedError


glue.func_class = Func


def unexpected_keyword(func: Func, name: str) -> TypeError:
    """Returns Python's error for a call with a keyword that the function does not take."""
    return TypeError(f"{func._core_style.func.__name__}.__call__() got an unexpected keyword argument '{name}'")


class OpaqueRef(Extern):
    """A reference to a function of unknown type, because the engine does not report the type.

    Programs can pass the reference to guests. Programs cannot call the function.
    """

    def _core_reference_in(self, store: Store) -> Extern:
        """Returns this object, because the object itself is a reference to the function."""
        return self

    def __call__(self, *args: Any) -> Any:
        """Raises the API style's capability error, because the engine lacks the capability `funcref_call`."""
        self._core_check(
            self._core_engine_module.lib.aw_func_call(self._core_ptr, values.new_slots(self._core_store, 1))
        )
