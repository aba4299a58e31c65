"""Defines the class `Function`. Its objects are WebAssembly functions and host functions."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from anywasm import core
from anywasm.core.wasi import SystemCall
from anywasm.wasmer import arguments, convert, inference
from anywasm.wasmer.describe import format_val_types
from anywasm.wasmer.sealed import Sealed
from anywasm.wasmer.store import Store
from anywasm.wasmer.types import FunctionType, type_from_core


class Function(Sealed, core.Func):
    """A WebAssembly function that an instance exports, or a host function that calls a Python callable.

    `function_type` is the type of a host function. By default, the annotations of the callable determine the type. A
    call takes the arguments in order. The call returns None for a function without results, the result of a function
    with one result, and otherwise a tuple of the results.

    >>> from anywasm.wasmer import Function, FunctionType, Store, Type
    >>> def add(x: int, y: int) -> int:
    ...     return x + y
    >>> Function(Store(), add)(1, 2)
    3
    >>> Function(Store(), lambda x: x, FunctionType([Type.F64], [Type.F64]))(1.5)
    1.5
    """

    #: The definition of a host function: its type and its Python callable. None for a function that an instance
    #: exports.
    _host_definition: core.HostDefinition | None = None
    #: The `Store` that the program passed to the constructor of a host function. None for an exported function.
    _style_store: Store | None = None
    #: A weak reference to the proxy of an exported function. The proxy is a host function that calls the exported
    #: function. Instances in other engine stores import the proxy. None if there has been no proxy yet.
    _proxy_ref: Callable[[], core.HostDefinition | None] | None = None

    def __new__(
        cls, store: Store, py_function: Callable[..., Any], function_type: FunctionType | None = None
    ) -> Function:
        arguments.check_instance("store", store, Store)
        if function_type is not None:
            arguments.check_instance("function_type", function_type, FunctionType)
        if not callable(py_function):
            raise ValueError("Function must be a callable")
        signature = function_type._core if function_type is not None else inference.infer_type(py_function)
        return cls._from_definition(store, core.HostDefinition(signature, py_function))

    @classmethod
    def _from_definition(cls, store: Store, definition: core.HostDefinition) -> Function:
        """Returns a new host function that lives in no engine store yet (it is unbound).

        The definition of a WASI function is a `SystemCall`.
        """
        function: Function = object.__new__(cls)
        function._core_init_unbound(store._engine, definition.signature)
        function._host_definition, function._style_store = definition, store
        return function

    @property
    def _needs_memory(self) -> bool:
        """Whether an instance that imports this function must export a memory. This is true of WASI functions."""
        return isinstance(self._host_definition, SystemCall)

    # The C type in the engine module defines `__call__`. A Python definition would hide the C method, so only type
    # checkers see this declaration.
    if TYPE_CHECKING:

        def __call__(self, *args: Any) -> Any: ...

    @property
    def type(self) -> FunctionType:
        """The parameter types and result types."""
        function_type: FunctionType = type_from_core(self._core_signature)
        return function_type

    def _bound_store(self) -> core.Store | None:
        """Returns the engine store of an exported function. Returns None for a host function.

        A host function can be imported into any engine store.
        """
        return self._core_store if self._host_definition is None else None

    def _importable_in(self, store: core.Store) -> core.Importable:
        """Returns the core object to import into an instance in `store`.

        If this function is exported by an instance in another engine store, the result is the definition of a host
        function. The host function calls the exported function.
        """
        if self._host_definition is not None:
            return self._host_definition
        return self if self._core_store is store else self._proxy_definition()

    def _core_reference_in(self, store: core.Store) -> core.Extern:
        """Returns the core object that a function reference in `store` can refer to."""
        return self._importable_in(store)._core_as_extern(store)

    def _proxy_definition(self) -> core.HostDefinition:
        # The proxy has a strong reference to this function. If this function had a strong reference to the proxy, both
        # would be freed, together with the engine store of this function, only when Python's cycle collector runs.
        proxy = self._proxy_ref and self._proxy_ref()
        if not proxy:
            proxy = core.HostDefinition(self._core_signature, self._call_from_other_store)
            self._proxy_ref = weakref.ref(proxy)
        return proxy

    def _call_from_other_store(self, *args: Any) -> Any:
        return self._core_call_slowly(args)

    def _core_call_slowly(self, args: tuple[Any, ...]) -> Any:
        if self._core_owner is None:
            self._bind_to_home()
        params, results = self._core_signature.params, self._core_signature.results
        plain_args = [convert.to_wasm(ty, arg) for ty, arg in zip(params, args)]
        if len(plain_args) < len(params):
            arg_types = format_val_types(params[: len(plain_args)])
            signature = f"{format_val_types(params)} -> {format_val_types(results)}"
            raise RuntimeError(f"RuntimeError: Parameters of type {arg_types} did not match signature {signature}")
        values = self._core_call(plain_args)
        return None if not results else values[0] if len(results) == 1 else tuple(values)

    def _bind_to_home(self) -> None:
        """Creates this host function in the home store of its `Store`, because a program calls it for the first time.

        The home store is the engine store for objects that are used before an instance imports them.
        """
        assert self._host_definition is not None
        assert self._style_store is not None
        home = self._style_store._home()
        # Several threads may make the first call at the same time. `setdefault` chooses the engine store and the owner
        # that all of these threads use. The owner is the Python object that frees the engine's function. Every thread
        # calls `_core_init` itself. If only one thread called it, another thread could use the function before
        # `_core_init` has finished.
        new_owner = self._host_definition.new_in(home)
        home, owner = self.__dict__.setdefault("_home_and_owner", (home, new_owner))
        self._core_init(home, owner, self._core_signature, self._host_definition)
