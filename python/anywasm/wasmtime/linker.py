"""The class `Linker`, which resolves imports by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anywasm import core
from anywasm.core import wasi
from anywasm.wasmtime.engine import Engine
from anywasm.wasmtime.errors import WasmtimeError
from anywasm.wasmtime.extern import AsExtern, unwrap
from anywasm.wasmtime.func import Func, make_definition
from anywasm.wasmtime.instance import Instance
from anywasm.wasmtime.instance_pre import InstancePre
from anywasm.wasmtime.managed import Managed
from anywasm.wasmtime.module import Module, check_module
from anywasm.wasmtime.store import Storelike, check_store, wrong_store
from anywasm.wasmtime.style import STYLE
from anywasm.wasmtime.trap import Trap
from anywasm.wasmtime.types import FuncType
from anywasm.wasmtime.wasi import context_of_store


class Linker(Managed):
    """A set of definitions by module name and name, which resolves the imports of modules.

    Defining a name again is an error unless `allow_shadowing` is set. A function from `define_func` can be used in any
    store. Other definitions can be used in the store that they live in.

    >>> from anywasm.wasmtime import Engine, FuncType, Linker, Module, Store
    >>> engine = Engine()
    >>> linker = Linker(engine)
    >>> linker.define_func("env", "hello", FuncType([], []), lambda: print("Hello!"))
    >>> module = Module(engine, '(module (import "env" "hello" (func)) (export "run" (func 0)))')
    >>> store = Store(engine)
    >>> linker.instantiate(store, module).exports(store)["run"](store)
    Hello!
    """

    engine: Engine

    def __init__(self, engine: Engine) -> None:
        engine.ptr()
        self._linker = core.Linker(engine)
        self.engine = engine
        self._set_open()

    @property
    def _core(self) -> core.Linker:
        if not self._open:
            self._check_open()
        return self._linker

    def _set_shadowing(self, allow: bool) -> None:
        self._core.allow_shadowing = bool(allow)

    allow_shadowing = property(None, _set_shadowing, doc="Whether a name can be defined again. Write-only.")

    def define(self, store: Storelike, module: str, name: str, item: AsExtern) -> None:
        """Defines a name as an object of this store. WasmtimeError if the name is defined already."""
        extern = unwrap(item)
        if not extern._core_lives_in(self._checked_store(store)):
            raise wrong_store()
        self._core.define(module, name, extern)

    def define_func(
        self, module: str, name: str, ty: FuncType, func: Callable[..., Any], access_caller: bool = False
    ) -> None:
        """Defines a name as a Python function, for all stores. WasmtimeError if the name is defined already."""
        self._core.define(module, name, make_definition(ty, func, access_caller))

    def define_instance(self, store: Storelike, name: str, instance: Instance) -> None:
        """Defines all exports of an instance, under the module name `name`."""
        if not isinstance(instance, Instance):
            raise TypeError("expected an `Instance`")
        self._checked_store(store)
        check_store(store, instance._core)
        self._core.define_instance(name, instance._core)

    def define_module(self, store: Storelike, name: str, module: Module) -> None:
        """Defines the exports of a module, under the module name `name`.

        WASI's "Application ABI" has two kinds of modules. A module that exports `_start` is a *command*: its functions
        are defined, and each call of one makes a new instance. Any other module is a *reactor*: this method makes one
        instance, calls its `_initialize` if there is one, and defines all its exports.
        """
        try:
            self._core.define_module(self._checked_store(store), name, _core_module(module))
        except Trap as trap:
            raise WasmtimeError(str(trap)) from None

    def define_wasi(self) -> None:
        """Defines the functions of WASI preview 1 and `wasi_unstable`, for all stores.

        They use the WASI config that each store gets by `Store.set_wasi`.
        """
        for version, module in wasi.MODULE_NAMES.items():
            for name, call in wasi.system_calls(self.engine._core_engine_module, version, context_of_store).items():
                self._core.define(module, name, call)

    def define_unknown_imports_as_traps(self, module: Module) -> None:
        """Defines each undefined function that the module imports, as a function that raises WasmtimeError."""
        self._core.define_unknown_functions_as_traps(_core_module(module))

    def define_unknown_imports_as_default_values(self, store: Storelike, module: Module) -> None:
        """Defines each undefined import of the module with a default value.

        A function returns zeros and null references. A memory or global holds zeros. A table or a reference is null.
        """
        self._core.define_unknown_as_defaults(self._checked_store(store), _core_module(module))

    def get(self, store: Storelike, module: str, name: str) -> Any:
        """Returns the definition of a name. WasmtimeError if the name is not defined."""
        extern = self._core.find(self._checked_store(store), module, name)
        if extern is None:
            raise WasmtimeError("item not defined in linker")
        return STYLE.wrap(extern)

    def get_default(self, store: Storelike, name: str) -> Func:
        """Returns the function that runs the module `name`.

        This is the definition with an empty name, or else `_start`, or else a function that does nothing.
        """
        func = self._core.default_function(self._checked_store(store), name)
        assert isinstance(func, Func)
        return func

    def instantiate(self, store: Storelike, module: Module) -> Instance:
        """Makes an instance, with the definitions of the module's imports. WasmtimeError if one is not defined."""
        return Instance._from_core(self._core.instantiate(self._checked_store(store), check_module(module)))

    def instantiate_pre(self, module: Module) -> InstancePre:
        """Resolves the module's imports with the current definitions, for any number of instances."""
        return InstancePre._from_core(self._core.prepare(_core_module(module)), module)

    def _checked_store(self, store: Storelike) -> core.Store:
        """Returns the core's store. WasmtimeError if the store has another engine than this linker."""
        core_store = store._context()
        self._core.check_store(core_store)
        return core_store


def _core_module(module: Any) -> core.Module:
    if not isinstance(module, Module):
        raise TypeError("expected a `Module`")
    return module._core
