"""Defines the class `Store` of the API of wasmer 1.1.

A `Store` selects an engine. Objects do not live in a `Store`: they live in engine stores (`core.Store`). Most instances
get a new engine store. A `Store` also has a home store. The home store is an engine store for objects that the program
uses before it imports them into an instance.
"""

from __future__ import annotations

from collections.abc import Mapping

from anywasm import core
from anywasm.engines import EngineModule, default_engine, load
from anywasm.wasmer.compilers.cranelift import Compiler
from anywasm.wasmer.engine import StoreEngine, Universal
from anywasm.wasmer.lockfree import WeakSingleton
from anywasm.wasmer.sealed import Sealed
from anywasm.wasmer.style import STYLE

# All stores with the same engine module and the same options share one engine. So a module that was compiled for one of
# these stores can be used with all other stores of this group. The references to engines are weak, so an engine is
# freed together with the last store or module that uses it. Until an engine is freed, it may keep the code of all its
# modules.
_engines: dict[tuple[EngineModule, frozenset[tuple[str, core.Option]]], WeakSingleton[core.Engine]] = {}

#: The maximum size of a guest's stack, in bytes, unless the program says otherwise. Programs for wasmer 1.1 nest
#: hundreds of calls through the host, for which the default of some engines is too small.
_STACK_SIZE = 2 << 20

#: The default of the parameter `engine` of `Store`: an engine class with the Cranelift compiler.
_DEFAULT_STORE_ENGINE = Universal(Compiler)


def _shared_engine(
    name: str | None, compiler: str | None, options: Mapping[str, core.Option], limits: core.GuestLimits | None
) -> core.Engine:
    engine_module = load(name) if name is not None else default_engine()
    engine_options: dict[str, core.Option] = {}
    # The first value of the option `compiler` is the default compiler of the engine. For the default compiler, do not
    # set the option: the options must stay the same as without a compiler, because an engine that was made without the
    # option must be able to load the compiled module. Ignore a compiler that the engine does not have, because a
    # program that selects a compiler should run on every engine.
    if compiler is not None and compiler in engine_module.option_values("compiler")[1:]:
        engine_options["compiler"] = compiler
    if "shared_memory" in engine_module.capabilities:
        # A program for wasmer 1.1 sets no option to use a shared memory: the type of the memory has an attribute
        # `shared`. So the engine always gets the option for shared memories.
        engine_options["shared_memory"] = True
    if core.accepts_option(engine_module, "max_wasm_stack", _STACK_SIZE):
        engine_options["max_wasm_stack"] = _STACK_SIZE
    if limits is not None:
        engine_options.update(limits._core_engine_options())
    engine_options.update(options)
    key = engine_module, frozenset(engine_options.items())
    singleton = _engines.get(key)
    if singleton is not None:
        return singleton.get(lambda: core.Engine(STYLE, engine_module.name, engine_options))
    # Make the engine before the entry in `_engines`. If the engine rejects the options, `_engines` must not get an
    # entry.
    engine = core.Engine(STYLE, engine_module.name, engine_options)
    return _engines.setdefault(key, WeakSingleton()).get(lambda: engine)


class Store(Sealed):
    """The engine that compiles modules and runs instances, with its options.

    Objects of different stores with the same engine can be used together. Each instance gets a new engine store, unless
    the instance imports an object that already lives in an engine store. So the memory of an instance is freed together
    with the instance, even if this `Store` is still in use.

    With `together`, all instances of modules that are compiled with this store share one engine store. Then an instance
    can import any combination of exports of the other instances. But the memories of all instances are freed only
    together with the last instance.

    `engine` is an object of a class in `anywasm.wasmer.engine`. None means an object of `Universal` with the Cranelift
    compiler. `name` is the name of the engine that runs the code, such as `wasmtime`; `anywasm.engines()` lists all
    engines. None means the default engine. Raises TypeError if `engine` is an object of another class, and
    `anywasm.EngineUnavailable` if the engine called `name` is not installed.

    `limits` limits the time, memory and fuel of the guests. Each engine store has limits of its own, which begin when
    the engine store is made, that is, with the first object or instance in it.

    `options` sets options of the engine. For example, options switch WebAssembly proposals on or off. The option names
    are the attribute names of the class `Config` in anywasm's other API style. Raises RuntimeError for an unknown name
    or value. Raises `anywasm.CapabilityError`, a subclass of RuntimeError, if the engine does not support an option.

    >>> from anywasm.wasmer import Store
    >>> store = Store()
    >>> store.engine_name, store.compiler_name
    ('universal', 'cranelift')
    >>> from anywasm.wasmer import Module
    >>> Module(Store(options={"wasm_multi_memory": False}), "(module (memory 1) (memory 1))")
    Traceback (most recent call last):
    ...
    RuntimeError: Validation error: the engine was made without `multi-memory`, which the module needs: ...
    """

    __slots__ = ("_engine", "_home_singleton", "_limits", "_store_engine", "together")

    def __init__(
        self,
        engine: StoreEngine | None = None,
        *,
        name: str | None = None,
        together: bool = False,
        options: Mapping[str, core.Option] | None = None,
        limits: core.GuestLimits | None = None,
    ) -> None:
        store_engine = _DEFAULT_STORE_ENGINE if engine is None else engine
        if not isinstance(store_engine, StoreEngine):
            raise TypeError("Unknown engine")
        if limits is None:
            limits = core.current_limits()
        elif not isinstance(limits, core.GuestLimits):
            raise TypeError("expected anywasm.limits")
        self._store_engine = store_engine
        self._engine = _shared_engine(name, store_engine._core_compiler_name, options or {}, limits)
        self._limits = limits
        self._home_singleton: WeakSingleton[core.Store] = WeakSingleton()
        #: Whether all instances of modules compiled with this store share one engine store.
        self.together = together

    @property
    def engine_name(self) -> str:
        """The name of the engine class: `universal` or `dylib`."""
        return self._store_engine._core_name

    @property
    def compiler_name(self) -> str | None:
        """The name of the compiler: `cranelift`, `llvm` or `singlepass`. None if the engine class got no compiler."""
        return self._store_engine._core_compiler_name

    def _home(self) -> core.Store:
        """Returns the home store: the engine store for objects that are used before an instance imports them.

        This `Store` has only a weak reference to the home store. Strong references are held by the caller and by the
        objects that live in the home store. After the home store has been freed, the next call makes a new home store.
        """
        return self._home_singleton.get(lambda: core.Store(self._engine, self._limits))

    def _replace_home(self, home: core.Store) -> None:
        """Makes later calls of `_home` return a new home store if `home` is the current home store.

        Has no effect if `together` is true.
        """
        if not self.together:
            self._home_singleton.forget(home)

    def _store_for_instance(self) -> core.Store:
        """Returns the engine store for a new instance whose imports all live in no engine store yet."""
        return self._home() if self.together else core.Store(self._engine, self._limits)
