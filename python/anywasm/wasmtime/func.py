"""The class `Func`, for WebAssembly functions and host functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from anywasm import core
from anywasm.core.func import unexpected_keyword
from anywasm.core.store.host_calls import new_host_func
from anywasm.wasmtime import convert
from anywasm.wasmtime.caller import Caller
from anywasm.wasmtime.errors import WasmtimeError
from anywasm.wasmtime.store import Store, Storelike, check_store
from anywasm.wasmtime.types import FuncType, type_from_core


class Func(core.Func):
    """A function: a WebAssembly function, or a host function that runs a Python callable.

    The first argument of a call is the function's store. The other arguments are the parameters in order. If
    `access_caller` is true, the Python callable receives a `Caller` as its first argument.

    >>> from anywasm.wasmtime import Func, FuncType, Store, ValType
    >>> store = Store()
    >>> double = Func(store, FuncType([ValType.i32()], [ValType.i32()]), lambda x: 2 * x)
    >>> double(store, 21)
    42
    """

    _core_takes_store = True

    def __init__(self, store: Store, ty: FuncType, func: Callable[..., Any], access_caller: bool = False) -> None:
        self._core_check_is_new()
        if not isinstance(store, Store):
            raise TypeError("expected a Store")
        if not isinstance(ty, FuncType):
            raise _not_a_func_type()
        core_store, signature = store._context(), ty._core_object
        if access_caller:
            definition = make_definition(ty, func, access_caller)
            self._core_init(core_store, definition.new_in(core_store), signature, definition)
        else:
            self._core_init(core_store, new_host_func(core_store, signature, func), signature)

    def __copy__(self) -> Func:
        """Returns another object for the same function."""
        func: Func = object.__new__(type(self))
        # The state has the attributes in `__dict__`, and those in slots, also in the slots of a derived class.
        reduced: Any = object.__reduce_ex__(self, 2)
        # A function that was never initialised has no slots, or no state at all.
        attributes, slots = reduced[2] if isinstance(reduced[2], tuple) else (reduced[2], {})
        func.__dict__.update(attributes or {})
        for name, value in slots.items():
            setattr(func, name, value)
        return func

    # The engine module defines this method in C (src/glue/call.c). Only type checkers see this definition.
    if TYPE_CHECKING:

        def __call__(self, store: Storelike, *params: Any) -> Any:
            """Calls the function with Python objects or `Val`s.

            Returns None for a function without results, the value of a single result, or a list of several results.
            """

    def type(self, store: Storelike) -> FuncType:
        """Returns the parameter types and result types of the function."""
        check_store(store, self)
        ty: FuncType = type_from_core(self._core_signature)
        return ty

    def _core_positional(self, args: tuple[Any, ...], keywords: Mapping[str, Any]) -> tuple[Any, ...]:
        for name in keywords:
            if name != "store":
                raise unexpected_keyword(self, name)
        if args:
            raise TypeError("Func.__call__() got multiple values for argument 'store'")
        return (keywords["store"],)

    def _core_call_slowly(self, args: tuple[Any, ...]) -> Any:
        if not args:
            raise TypeError("Func.__call__() missing 1 required positional argument: 'store'")
        check_store(args[0], self)
        args, params, results = args[1:], self._core_signature.params, self._core_signature.results
        if len(args) != len(params):
            problem = "too many" if len(args) > len(params) else "too few"
            raise WasmtimeError(f"{problem} parameters provided: given {len(args)}, expected {len(params)}")
        values = self._core_call([convert.to_wasm(ty, arg) for ty, arg in zip(params, args)])
        return None if not results else values[0] if len(results) == 1 else values


def make_definition(ty: FuncType, func: Callable[..., Any], access_caller: bool) -> core.HostDefinition:
    """Creates the definition of a host function. Instances in any store can import the definition."""
    if not isinstance(ty, FuncType):
        raise _not_a_func_type()
    return core.HostDefinition(ty._core_object, func, Caller if access_caller else None)


def _not_a_func_type() -> TypeError:
    return TypeError("expected a FuncType")
