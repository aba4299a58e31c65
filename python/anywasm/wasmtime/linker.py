"""The class `Linker`, which resolves imports by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anywasm import core
from anywasm.core import command, wasi
from anywasm.wasmtime.argument_types import check_texts
from anywasm.wasmtime.engine import Engine, check_engine
from anywasm.wasmtime.errors import WasmtimeError
from anywasm.wasmtime.extern import AsExtern, unwrap
from anywasm.wasmtime.func import Func, make_definition
from anywasm.wasmtime.instance import Instance
from anywasm.wasmtime.instance_pre import InstancePre
from anywasm.wasmtime.managed import Managed
from anywasm.wasmtime.module import Module, check_module
from anywasm.wasmtime.store import Storelike, check_store, context, wrong_store_error
from anywasm.wasmtime.style import STYLE
from anywasm.wasmtime.trap import Trap, with_context
from anywasm.wasmtime.types import FuncType
from anywasm.wasmtime.wasi import context_of_store


class Linker(Managed):
    """A set of definitions, each with a module name and a name. The linker resolves the imports of modules by name.

    A name can be defined only once, unless `allow_shadowing` is True. Methods with a parameter `store` define objects
    that can be used only in this store. The other methods define functions that can be used in any store.

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
        self._core_linker = core.Linker(check_engine(engine))
        self.engine = engine
        self._core_set_open()

    @property
    def _core_object(self) -> core.Linker:
        if not self._core_open:
            self._core_check_open()
        return self._core_linker

    def _core_set_shadowing(self, allow: bool) -> None:
        self._core_object.allow_shadowing = bool(allow)

    allow_shadowing = property(
        None, _core_set_shadowing, doc="Whether a name can be defined again. The property can be set, but not read."
    )

    def define(self, store: Storelike, module: str, name: str, item: AsExtern) -> None:
        """Defines a name as an object in this store. Raises WasmtimeError if the name is already defined."""
        extern = unwrap(item)
        check_texts(module, name)
        if not extern._core_lives_in(self._core_checked_store(store)):
            raise wrong_store_error()
        self._core_object.define(module, name, extern)

    def define_func(
        self, module: str, name: str, ty: FuncType, func: Callable[..., Any], access_caller: bool = False
    ) -> None:
        """Defines a name as a Python function, for all stores.

        Raises WasmtimeError if the name is already defined.
        """
        check_texts(module, name)
        self._core_object.define(module, name, make_definition(ty, func, access_caller))

    def define_instance(self, store: Storelike, name: str, instance: Instance) -> None:
        """Defines all exports of an instance. `name` is the module name of the definitions."""
        if not isinstance(instance, Instance):
            raise TypeError("expected an `Instance`")
        check_texts(name)
        self._core_checked_store(store)
        check_store(store, instance._core_object)
        self._core_object.define_instance(name, instance._core_object)

    def define_module(self, store: Storelike, name: str, module: Module) -> None:
        """Defines the exports of a module. `name` is the module name of the definitions.

        WASI's "Application ABI" distinguishes two kinds of modules. A module that exports `_start` is a *command*: this
        method defines the exported functions, and each call of a defined function creates a new instance. Any other
        module is a *reactor*: this method creates one instance, calls the export `_initialize` if the module has this
        export, and defines all exports of the instance.
        """
        _check_module(module)
        check_texts(name)
        linker, core_store, core_module = self._core_object, self._core_checked_store(store), module._core_object
        if command.is_command(core_module):
            linker.define_command(core_store, name, core_module)
            return
        try:
            instance = linker.instantiate(core_store, core_module)
        except Trap as trap:
            raise WasmtimeError(str(trap)) from None
        try:
            command.initialize(instance)
        except Trap as trap:
            raise WasmtimeError(with_context("calling the Reactor initialization function", str(trap))) from None
        linker.define_instance(name, instance)

    def define_wasi(self) -> None:
        """Defines the functions of WASI preview 1 and `wasi_unstable`, for all stores.

        In each store, the functions use the WASI config from `Store.set_wasi`.
        """
        # The newest version comes first, because an error about a second definition names the first function.
        for version, module in reversed(wasi.MODULE_NAMES.items()):
            for name, call in wasi.system_calls(self.engine._core_engine_module, version, context_of_store).items():
                self._core_object.define(module, name, call)

    def define_unknown_imports_as_traps(self, module: Module) -> None:
        """Defines the functions that the module imports and that have no definition yet.

        A call of such a function raises WasmtimeError.
        """
        _check_module(module)
        self._core_object.define_unknown_functions_as_traps(module._core_object)

    def define_unknown_imports_as_default_values(self, store: Storelike, module: Module) -> None:
        """Defines a default object for each import of the module that has no definition yet.

        A default function returns zeros and null references. A default memory contains zeros. A default global contains
        zero or a null reference. A default table contains null references.
        """
        _check_module(module)
        self._core_object.define_unknown_as_defaults(self._core_checked_store(store), module._core_object)

    def get(self, store: Storelike, module: str, name: str) -> Any:
        """Returns the definition of a name. Raises WasmtimeError if the name is not defined."""
        check_texts(module, name)
        extern = self._core_object.find(self._core_checked_store(store), module, name)
        if extern is None:
            raise WasmtimeError("item not defined in linker")
        return STYLE.wrap(extern)

    def get_default(self, store: Storelike, name: str) -> Func:
        """Returns the function that runs the module `name`.

        The linker looks for a definition with an empty name, and then for a definition with the name `_start`. If
        neither name is defined, the returned function does nothing.
        """
        check_texts(name)
        func = self._core_object.default_function(self._core_checked_store(store), name)
        assert isinstance(func, Func)
        return func

    def instantiate(self, store: Storelike, module: Module) -> Instance:
        """Creates an instance, with the definitions of the module's imports.

        Raises WasmtimeError if an import is not defined.
        """
        return Instance._core_wrap(self._core_object.instantiate(self._core_checked_store(store), check_module(module)))

    def instantiate_pre(self, module: Module) -> InstancePre:
        """Resolves the module's imports with the current definitions.

        The returned object can create any number of instances.
        """
        _check_module(module)
        return InstancePre._core_wrap(self._core_object.prepare(module._core_object))

    def _core_checked_store(self, store: Storelike) -> core.Store:
        """Returns the `core.Store` of `store`. Raises WasmtimeError if the store has another engine than the linker."""
        linker = self._core_object  # Raises ValueError if the linker is closed.
        core_store = context(store)
        linker.check_store(core_store)
        return core_store


def _check_module(module: Module) -> None:
    if not isinstance(module, Module):
        raise TypeError("expected a `Module`")
