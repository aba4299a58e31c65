"""Functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from anywasm import core
from anywasm.core.store.host_calls import new_host_func
from anywasm.wasmtime import convert
from anywasm.wasmtime.caller import Caller
from anywasm.wasmtime.errors import WasmtimeError
from anywasm.wasmtime.store import Store, Storelike, check_store
from anywasm.wasmtime.types import FuncType, of_core


class Func(core.Func):
    """A function, of WebAssembly or of the host: called with its store, then its arguments.

    `access_caller`: whether the Python function gets a `Caller` as its first argument.

    >>> from anywasm.wasmtime import Func, FuncType, Store, ValType
    >>> store = Store()
    >>> double = Func(store, FuncType([ValType.i32()], [ValType.i32()]), lambda x: 2 * x)
    >>> double(store, 21)
    42
    """

    _core_takes_store = True

    def __new__(cls, store: Any = None, *args: Any, **named: Any) -> Func:
        # The class is one for the store's engine, which a class derived from this one may take anywhere.
        if isinstance(store, Store):  # Nearly always, and host functions are made all the time.
            return cls._core_allocate(store)
        for arg in (*args, *named.values()):
            if isinstance(arg, Store):
                return cls._core_allocate(arg)
        raise TypeError("expected a Store")

    def __init__(self, store: Store, ty: FuncType, func: Callable[..., Any], access_caller: bool = False) -> None:
        if not isinstance(store, Store):
            raise TypeError("expected a Store")
        if not isinstance(ty, FuncType):
            raise _no_type()
        home, signature = store._context(), ty._core
        if access_caller:
            made = definition(ty, func, access_caller)
            self._core_init(home, made.new_in(home), signature, made)
        else:
            self._core_init(home, new_host_func(home, signature, func), signature)

    if TYPE_CHECKING:  # Calls go through C (src/glue/call.c).

        def __call__(self, store: Storelike, *params: Any) -> Any:
            """Its result: None for no results, a list for several. Arguments are Python's objects, or `Val`s."""

    def type(self, store: Storelike) -> FuncType:
        """Its type."""
        check_store(store, self)
        result: FuncType = of_core(self._core_signature)
        return result

    def _core_call_slowly(self, args: tuple[Any, ...]) -> Any:
        if not args:
            raise TypeError("a function is called with its store, then its arguments")
        check_store(args[0], self)
        args, params, results = args[1:], self._core_signature.params, self._core_signature.results
        if len(args) != len(params):
            problem = "too many" if len(args) > len(params) else "too few"
            raise WasmtimeError(f"{problem} parameters provided: given {len(args)}, expected {len(params)}")
        values = self._core_call([convert.to_wasm(ty, arg) for ty, arg in zip(params, args)])
        return None if not results else values[0] if len(results) == 1 else values


def definition(ty: FuncType, func: Callable[..., Any], access_caller: bool) -> core.HostDefinition:
    """A host function of this type, for any store."""
    if not isinstance(ty, FuncType):
        raise _no_type()
    return core.HostDefinition(ty._core, func, Caller if access_caller else None)


def _no_type() -> TypeError:
    return TypeError("expected a FuncType")
