"""Functions: calling them, and making them from Python callables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from anywasm.core import host, values
from anywasm.core.engine import Engine
from anywasm.core.errors import Kind, take_of
from anywasm.core.extern import Extern, type_of
from anywasm.core.specialise import MISSING, specialise
from anywasm.core.store import Store
from anywasm.core.types import FuncType

__all__ = ["MISSING", "Func", "OpaqueRef", "from_pointer"]


class Func(Extern):
    """A function. A style's subclass adds `__call__`, in a version for each signature (see `specialise`)."""

    __slots__ = ("_signature",)
    #: How a style writes `__call__`: whether the first argument is a store.
    takes_store = False

    @classmethod
    def of(cls, store: Store, ptr: Any, signature: FuncType) -> Func:
        """The function behind a pointer, as an object of the class for its signature."""
        func = object.__new__(specialise(cls, store._native, signature))
        Func.__init__(func, store, ptr, signature)
        return func

    def __init__(self, store: Store, ptr: Any, signature: FuncType) -> None:
        super().__init__(store, ptr)
        self._signature = signature

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

    def reference_in(self, store: Store) -> Extern:
        """What stands for this function as a reference in a store."""
        return self

    def _call_slowly(self, args: tuple[Any, ...]) -> Any:
        """What the typed `__call__` does with anything but the plain case: the style's conversions and errors."""
        raise NotImplementedError

    def _after_failure(self, result: Any, args: tuple[Any, ...]) -> Any:
        """A typed call returned its failure value: is it a failure, a result, or an argument out of range?"""
        failure = take_of(self._native, self._ptr)
        if failure is None:
            return result
        if failure.kind is Kind.RANGE:
            return self._call_slowly(args)
        raise self._store.exception(failure)


class OpaqueRef(Extern):
    """A reference to a function of which the engine tells nothing: it can be passed on, not called."""

    __slots__ = ()

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
    store._callables.append((function, slow))
    params, results = bytes(signature.params), bytes(signature.results)
    ptr = native.lib.aw_py_func_new(store._ptr, id(function), id(slow), params, len(params), results, len(results))
    if not ptr:
        store._callables.pop()
    return ptr


def from_pointer(store: Store, ptr: Any) -> Func | OpaqueRef:
    """The object for a function that came out of the engine."""
    signature = type_of(store, ptr)
    if isinstance(signature, FuncType):
        return store._face.func.of(store, ptr, signature)
    return OpaqueRef(store, ptr)
