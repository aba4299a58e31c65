"""Functions."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from anywasm import core
from anywasm.core.specialise import specialise
from anywasm.core.wasi import SystemCall
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

    #: Of a function of the host.
    _host: core.HostDefinition | None = None
    _home: Store | None = None
    #: Of a function that lives in a store: what calls it there from another, as long as one has that.
    _proxy: Callable[[], core.HostDefinition | None] | None = None

    def __new__(
        cls, store: Store, py_function: Callable[..., Any], function_type: FunctionType | None = None
    ) -> Function:
        arguments.instance("store", store, Store)
        if function_type is not None:
            arguments.instance("function_type", function_type, FunctionType)
        if not callable(py_function):
            raise ValueError("Function must be a callable")
        signature = function_type._core if function_type is not None else inference.signature(py_function)
        result: Function = object.__new__(specialise(Function, store._engine._core_engine_module))
        result._core_init_unbound(store._engine, signature)
        result._host, result._home = core.HostDefinition(signature, py_function), store
        return result

    @classmethod
    def _of_system(cls, store: Store, call: SystemCall) -> Function:
        """A function of WASI."""
        result: Function = object.__new__(specialise(Function, store._engine._core_engine_module))
        result._core_init_unbound(store._engine, call.signature)
        result._host, result._home = call, store
        return result

    @property
    def _needs_memory(self) -> bool:
        """Whether it works on the memory of the instance that imports it."""
        return isinstance(self._host, SystemCall)

    if TYPE_CHECKING:  # The engine module's class has it; defined here it would hide that.

        def __call__(self, *args: Any) -> Any: ...

    @property
    def type(self) -> FunctionType:
        """Its type."""
        result: FunctionType = of_core(self._core_signature)
        return result

    def _live_store(self) -> core.Store | None:
        """Where it lives, unless it is the host's, which can live anywhere."""
        return self._core_store if self._host is None else None

    def _in_store(self, store: core.Store) -> core.Importable:
        """What stands for this function in an engine's store: itself, or the host, which calls it where it lives."""
        if self._host is not None:
            return self._host
        return self if self._core_store is store else self._definition_of_proxy()

    def _core_reference_in(self, store: core.Store) -> core.Extern:
        """The same as a reference."""
        return self._in_store(store)._core_as_extern(store)

    def _definition_of_proxy(self) -> core.HostDefinition:
        # Not held here: it holds this, and stores are to die without waiting for the cycle collector.
        proxy = self._proxy and self._proxy()
        if not proxy:
            proxy = core.HostDefinition(self._core_signature, self._call)
            self._proxy = weakref.ref(proxy)
        return proxy

    def _call(self, *args: Any) -> Any:
        return self._core_call_slowly(args)

    def _core_call_slowly(self, args: tuple[Any, ...]) -> Any:
        if self._core_owner is None:
            self._settle()
        params, results = self._core_signature.params, self._core_signature.results
        plain = [convert.to_wasm(ty, arg) for ty, arg in zip(params, args)]
        if len(plain) < len(params):
            given, signature = val_types(params[: len(plain)]), f"{val_types(params)} -> {val_types(results)}"
            raise RuntimeError(f"RuntimeError: Parameters of type {given} did not match signature {signature}")
        values = self._core_call(plain)
        return None if not results else values[0] if len(results) == 1 else tuple(values)

    def _settle(self) -> None:
        """A host function that is called from Python before it lives anywhere goes home."""
        assert self._host is not None
        assert self._home is not None
        home = self._home._home()
        # Of threads that call it for the first time at once, all go on with what one of them made, and say so here:
        # none must call it before it is complete.
        home, owner = self.__dict__.setdefault("_settled", (home, self._host.new_in(home)))
        self._core_init(home, owner, self._core_signature, self._host)
