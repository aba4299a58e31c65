"""Linking by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anywasm import core
from anywasm.core import wasi
from anywasm.wasmtime.engine import Engine
from anywasm.wasmtime.errors import WasmtimeError
from anywasm.wasmtime.extern import AsExtern, unwrap
from anywasm.wasmtime.func import Func, definition
from anywasm.wasmtime.instance import Instance
from anywasm.wasmtime.instance_pre import InstancePre
from anywasm.wasmtime.managed import Managed
from anywasm.wasmtime.module import Module, check_module
from anywasm.wasmtime.store import Storelike, check_store, wrong_store
from anywasm.wasmtime.style import STYLE
from anywasm.wasmtime.trap import Trap
from anywasm.wasmtime.types import FuncType
from anywasm.wasmtime.wasi import of_store


class Linker(Managed):
    """Finds the imports of modules by name among what was defined.

    A name can be defined once, unless `allow_shadowing` is set. What is defined from a store can be used in that store;
    what `define_func` defines, in any.

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

    allow_shadowing = property(None, _set_shadowing, doc="Whether a name can be defined again. It can only be set.")

    def define(self, store: Storelike, module: str, name: str, item: AsExtern) -> None:
        """Defines a name as an object of this store. WasmtimeError where it is defined already."""
        extern = unwrap(item)
        home = self._store(store)
        if not extern._core_lives_in(home):
            raise wrong_store()
        self._core.define(module, name, extern)

    def define_func(
        self, module: str, name: str, ty: FuncType, func: Callable[..., Any], access_caller: bool = False
    ) -> None:
        """Defines a name as a Python function, for all stores. WasmtimeError where it is defined already."""
        self._core.define(module, name, definition(ty, func, access_caller))

    def define_instance(self, store: Storelike, name: str, instance: Instance) -> None:
        """Defines all exports of an instance, as names of the module `name`."""
        if not isinstance(instance, Instance):
            raise TypeError("expected an `Instance`")
        self._store(store)
        check_store(store, instance._core)
        self._core.define_instance(name, instance._core)

    def define_module(self, store: Storelike, name: str, module: Module) -> None:
        """Defines a module's exports, as names of the module `name`; how depends on what kind of module it is.

        A *command*, which exports `_start`, has its functions defined, and each call of one gets an instance of its
        own. Any other module is a *reactor*: there is one instance, and its `_initialize`, if any, is called now.
        """
        try:
            self._core.define_module(self._store(store), name, _module(module))
        except Trap as trap:
            raise WasmtimeError(str(trap)) from None

    def define_wasi(self) -> None:
        """Defines WASI, preview 1 and `wasi_unstable`, for all stores; what guests find is each store's `set_wasi`."""
        for version, module in wasi.MODULES.items():
            for name, call in wasi.system_calls(self.engine._core_engine_module, version, of_store).items():
                self._core.define(module, name, call)

    def define_unknown_imports_as_traps(self, module: Module) -> None:
        """Defines each function that the module imports and nobody has defined, as one that fails when it is called."""
        self._core.define_unknown_functions_as_traps(_module(module))

    def define_unknown_imports_as_default_values(self, store: Storelike, module: Module) -> None:
        """Defines all that the module imports and nobody has defined: functions that return zeros and null, zeroed
        memories and globals, tables of null.
        """
        self._core.define_unknown_as_defaults(self._store(store), _module(module))

    def get(self, store: Storelike, module: str, name: str) -> Any:
        """What is defined under a name; WasmtimeError where nothing is."""
        found = self._core.find(self._store(store), module, name)
        if found is None:
            raise WasmtimeError("item not defined in linker")
        return STYLE.wrap(found)

    def get_default(self, store: Storelike, name: str) -> Func:
        """What running a module means: its export without a name, or its `_start`, or a function that does nothing."""
        found = self._core.default_function(self._store(store), name)
        assert isinstance(found, Func)
        return found

    def instantiate(self, store: Storelike, module: Module) -> Instance:
        """An instance of the module, with what is defined for its imports. WasmtimeError where something is not."""
        return Instance._of(self._core.instantiate(self._store(store), check_module(module)))

    def instantiate_pre(self, module: Module) -> InstancePre:
        """The module with what is defined for its imports now, to be instantiated any number of times."""
        return InstancePre._of(self._core.prepare(_module(module)), module)

    def _store(self, store: Storelike) -> core.Store:
        home = store._context()
        self._core.check_store(home)
        return home


def _module(module: Any) -> core.Module:
    if not isinstance(module, Module):
        raise TypeError("expected a `Module`")
    return module._core
