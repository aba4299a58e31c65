"""Functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from anywasm import core
from anywasm.core.specialise import specialise
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

    takes_store = True

    def __new__(cls, store: Store, ty: FuncType, func: Callable[..., Any], access_caller: bool = False) -> Func:
        if not isinstance(store, Store):
            raise TypeError("expected a Store")
        check_type(ty)
        result: Func = object.__new__(specialise(Func, store._native))
        return result

    def __init__(self, store: Store, ty: FuncType, func: Callable[..., Any], access_caller: bool = False) -> None:
        self._be_defined(store._context(), definition(ty, func, access_caller))

    if TYPE_CHECKING:  # Calls go through C (src/glue/call.c).

        def __call__(self, store: Storelike, *params: Any) -> Any:
            """Its result: None for no results, a list for several. Arguments are Python's objects, or `Val`s."""

    def type(self, store: Storelike) -> FuncType:
        """Its type."""
        check_store(store, self)
        result: FuncType = of_core(self._signature)
        return result

    def _call_slowly(self, args: tuple[Any, ...]) -> Any:
        if not args:
            raise TypeError("a function is called with its store, then its arguments")
        check_store(args[0], self)
        args, params, results = args[1:], self._signature.params, self._signature.results
        if len(args) != len(params):
            problem = "too many" if len(args) > len(params) else "too few"
            raise WasmtimeError(f"{problem} parameters provided: given {len(args)}, expected {len(params)}")
        values = self.call([convert.to_wasm(ty, arg) for ty, arg in zip(params, args)])
        return None if not results else values[0] if len(results) == 1 else values


def definition(ty: FuncType, func: Callable[..., Any], access_caller: bool) -> core.HostDefinition:
    """A host function of this type, for any store."""
    return core.HostDefinition(check_type(ty)._core, func, Caller if access_caller else None)


def check_type(ty: Any) -> FuncType:
    """A function's type; TypeError for anything else."""
    if not isinstance(ty, FuncType):
        raise TypeError("expected a FuncType")
    return ty
