"""Functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anywasm import core
from anywasm.core.specialise import specialise
from anywasm.wasmer import arguments, convert, inference
from anywasm.wasmer.describe import val_types
from anywasm.wasmer.sealed import Sealed
from anywasm.wasmer.store import Store
from anywasm.wasmer.types import FunctionType, of_core


class Function(Sealed, core.Func):
    """A function, of WebAssembly or of the host.

    A host function's type comes from its annotations, or is given.

    >>> from anywasm.wasmer import Function, FunctionType, Store, Type
    >>> def add(x: int, y: int) -> int:
    ...     return x + y
    >>> Function(Store(), add)(1, 2)
    3
    >>> Function(Store(), lambda x: x, FunctionType([Type.F64], [Type.F64]))(1.5)
    1.5
    """

    _function: Callable[..., Any] | None
    _home: Store | None

    def __new__(
        cls, store: Store, py_function: Callable[..., Any], function_type: FunctionType | None = None
    ) -> Function:
        arguments.instance("store", store, Store)
        if function_type is not None:
            arguments.instance("function_type", function_type, FunctionType)
        if not callable(py_function):
            raise ValueError("Function must be a callable")
        signature = function_type._core if function_type is not None else inference.signature(py_function)
        result: Function = object.__new__(specialise(Function, store._engine.native))
        result._be_nowhere(store._engine, signature)
        result._function, result._home = py_function, store
        return result

    def __init__(self, store: Any, py_function: Any, function_type: Any = None) -> None:
        """Everything is done by `__new__`, which gives the class for the engine."""

    @property
    def type(self) -> FunctionType:
        """Its type."""
        result: FunctionType = of_core(self._signature)
        return result

    def live_store(self) -> core.Store | None:
        """Where it lives, unless it is the host's, which can live anywhere."""
        return self._store if getattr(self, "_function", None) is None else None

    def in_store(self, store: core.Store) -> core.Extern:
        """This function in an engine's store: itself, the host's made anew, or the host calling it where it lives."""
        if self.live_store() is store:
            return self
        function: Callable[..., Any] = getattr(self, "_function", None) or self._call
        return Function.of(store, core.host_function(store, self._signature, function), self._signature)

    reference_in = in_store

    def _call(self, *args: Any) -> Any:
        return self._call_slowly(args)

    def _call_slowly(self, args: tuple[Any, ...]) -> Any:
        if not self._ptr:
            self._settle()
        params, results = self._signature.params, self._signature.results
        plain = [convert.to_wasm(ty, arg) for ty, arg in zip(params, args)]
        if len(plain) < len(params):
            given, signature = val_types(params[: len(plain)]), f"{val_types(params)} -> {val_types(results)}"
            raise RuntimeError(f"RuntimeError: Parameters of type {given} did not match signature {signature}")
        values = self.call(plain)
        return None if not results else values[0] if len(results) == 1 else tuple(values)

    def _settle(self) -> None:
        """A host function that is called from Python before it lives anywhere goes home."""
        assert self._function is not None
        assert self._home is not None
        with self._home.lock:
            if not self._ptr:
                home = self._home.home()
                ptr = core.host_function(home, self._signature, self._function)
                core.Func.__init__(self, home, ptr, self._signature)
