"""The class `Function`, for WebAssembly functions and host functions."""

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
from anywasm.wasmer.types import FunctionType, type_from_core


class Function(Sealed, core.Func):
    """A function: a WebAssembly function, or a host function made from a Python callable.

    The type of a host function is `function_type` or, by default, comes from the callable's annotations. A call takes
    the parameters in order. It returns None, the result, or a tuple of several results.

    >>> from anywasm.wasmer import Function, FunctionType, Store, Type
    >>> def add(x: int, y: int) -> int:
    ...     return x + y
    >>> Function(Store(), add)(1, 2)
    3
    >>> Function(Store(), lambda x: x, FunctionType([Type.F64], [Type.F64]))(1.5)
    1.5
    """

    #: The definition of a host function. None for a function that an instance exports.
    _host: core.HostDefinition | None = None
    #: The `Store` that a host function was made with.
    _style_store: Store | None = None
    #: A weak reference to a host function that calls an exported function from other engine stores.
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
        return cls._from_definition(store, core.HostDefinition(signature, py_function))

    @classmethod
    def _from_definition(cls, store: Store, definition: core.HostDefinition) -> Function:
        """Makes an unbound host function. A definition that is a `SystemCall` makes a WASI function."""
        function: Function = object.__new__(specialise(Function, store._engine._core_engine_module))
        function._core_init_unbound(store._engine, definition.signature)
        function._host, function._style_store = definition, store
        return function

    @property
    def _needs_memory(self) -> bool:
        """Whether the function reads and writes the memory of the instance that imports it, as WASI functions do."""
        return isinstance(self._host, SystemCall)

    # The engine module's class defines this method. A definition here would hide it, so only type checkers see this.
    if TYPE_CHECKING:

        def __call__(self, *args: Any) -> Any: ...

    @property
    def type(self) -> FunctionType:
        """The type of the function."""
        result: FunctionType = type_from_core(self._core_signature)
        return result

    def _bound_store(self) -> core.Store | None:
        """Returns the engine store of an exported function. None for a host function, which can be in any."""
        return self._core_store if self._host is None else None

    def _importable_in(self, store: core.Store) -> core.Importable:
        """Returns the core object to import into an instance in `store`.

        For an exported function of another engine store, this is a host function that calls it there.
        """
        if self._host is not None:
            return self._host
        return self if self._core_store is store else self._proxy_definition()

    def _core_reference_in(self, store: core.Store) -> core.Extern:
        """Returns the core object for a function reference in `store`."""
        return self._importable_in(store)._core_as_extern(store)

    def _proxy_definition(self) -> core.HostDefinition:
        # A strong reference here would be a cycle, because the definition holds this function. Then the function's
        # store would be freed only when Python's cycle collector runs.
        proxy = self._proxy and self._proxy()
        if not proxy:
            proxy = core.HostDefinition(self._core_signature, self._call_from_other_store)
            self._proxy = weakref.ref(proxy)
        return proxy

    def _call_from_other_store(self, *args: Any) -> Any:
        return self._core_call_slowly(args)

    def _core_call_slowly(self, args: tuple[Any, ...]) -> Any:
        if self._core_owner is None:
            self._bind_to_home()
        params, results = self._core_signature.params, self._core_signature.results
        plain = [convert.to_wasm(ty, arg) for ty, arg in zip(params, args)]
        if len(plain) < len(params):
            given, signature = val_types(params[: len(plain)]), f"{val_types(params)} -> {val_types(results)}"
            raise RuntimeError(f"RuntimeError: Parameters of type {given} did not match signature {signature}")
        values = self._core_call(plain)
        return None if not results else values[0] if len(results) == 1 else tuple(values)

    def _bind_to_home(self) -> None:
        """Creates this host function in the home store of its `Store`, for a first call from Python."""
        assert self._host is not None
        assert self._style_store is not None
        home = self._style_store._home()
        # Several threads may make the first call at the same time. `setdefault` picks the store and owner that all of
        # them use. Each thread runs `_init` itself, so that no thread calls the function before it is complete.
        home, owner = self.__dict__.setdefault("_home_and_owner", (home, self._host.new_in(home)))
        self._core_init(home, owner, self._core_signature, self._host)
