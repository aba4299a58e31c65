"""Stores of this style, and the engine stores behind them.

A `Store` of this style selects an engine. It is not the place where objects live: they live in engine stores
(`core.Store`). Most instances get an engine store of their own. A `Store` also has a home store, an engine store for
objects that the program uses before it imports them into an instance.
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

# One engine for each engine module and set of options, so that a module compiled for one store can be used with all
# others. The references are weak, because an engine may keep the code of all its modules until it is freed.
_engines: dict[tuple[EngineModule, frozenset[tuple[str, core.Option]]], WeakSingleton[core.Engine]] = {}

_DEFAULT = Universal(Compiler)


def _shared_engine(name: str | None, compiler: str | None, options: Mapping[str, core.Option]) -> core.Engine:
    engine_module = load(name) if name is not None else default_engine()
    engine_options: dict[str, core.Option] = {}
    # The engine's default compiler, which is the first value, is not set as an option: a module saved without this
    # option can be loaded by an engine that was made without it. A compiler that the engine does not have is ignored,
    # because a program that names a compiler should run on every engine.
    if compiler is not None and compiler in engine_module.option_values("compiler")[1:]:
        engine_options["compiler"] = compiler
    if "shared_memory" in engine_module.capabilities:
        # In this style, the type of a memory alone makes it shared. So the engine always gets this option.
        engine_options["shared_memory"] = True
    engine_options.update(options)
    key = engine_module, frozenset(engine_options.items())
    singleton = _engines.get(key)
    if singleton is not None:
        return singleton.get(lambda: core.Engine(STYLE, engine_module.name, engine_options))
    # Make the engine first: if it refuses the options, `_engines` gets no entry for them.
    engine = core.Engine(STYLE, engine_module.name, engine_options)
    return _engines.setdefault(key, WeakSingleton()).get(lambda: engine)


class Store(Sealed):
    """The engine that compiles modules and runs instances, with its options.

    Objects of different stores with the same engine can be used together. Each instance gets an engine store of its
    own, unless it imports an object that is in an engine store already. So the memory of an instance is freed with the
    instance, even if this `Store` is still in use.

    With `together`, all instances of modules compiled with this store share one engine store. Then any of their
    exports can be imported together, but their memory is freed only with the last of these instances.

    `engine` is an object of a class in `anywasm.wasmer.engine`, made with a compiler. None means `Universal` with
    Cranelift. `name` is the name of the engine that runs the code, one of `anywasm.engines()`. None means the default
    engine. Raises TypeError if `engine` is not such an object, and `anywasm.EngineUnavailable` if no engine of this
    name is installed.

    `options` sets options of the engine, such as WebAssembly proposals to switch on or off. The names are those of
    the explicit style's `Config`. Raises RuntimeError for an unknown name or value, and `anywasm.CapabilityError`, a
    subclass of RuntimeError, for an option that the engine cannot honour.

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

    __slots__ = ("_engine", "_home_singleton", "_store_engine", "together")

    def __init__(
        self,
        engine: StoreEngine | None = None,
        *,
        name: str | None = None,
        together: bool = False,
        options: Mapping[str, core.Option] | None = None,
    ) -> None:
        store_engine = _DEFAULT if engine is None else engine
        if not isinstance(store_engine, StoreEngine):
            raise TypeError("Unknown engine")
        self._store_engine = store_engine
        self._engine = _shared_engine(name, store_engine.compiler_name, options or {})
        self._home_singleton: WeakSingleton[core.Store] = WeakSingleton()
        #: Whether all instances of modules compiled with this store share one engine store.
        self.together = together

    @property
    def engine_name(self) -> str:
        """The name of the class of `engine`: `universal` or `dylib`."""
        return self._store_engine.name

    @property
    def compiler_name(self) -> str | None:
        """The name of the compiler: `cranelift`, `llvm` or `singlepass`. None if the engine is headless."""
        return self._store_engine.compiler_name

    def _home(self) -> core.Store:
        """Returns the home store: the engine store for objects that are used before an instance imports them.

        Only the caller and the objects in it keep the home store alive. Once it is freed, the next call makes a new
        one.
        """
        return self._home_singleton.get(lambda: core.Store(self._engine))

    def _replace_home(self, home: core.Store) -> None:
        """Makes `_home` return a new home store from now on, if `home` is the current one and `together` is false."""
        if not self.together:
            self._home_singleton.forget(home)

    def _store_for_instance(self) -> core.Store:
        """Returns the engine store for an instance whose imports are all unbound."""
        return self._home() if self.together else core.Store(self._engine)
