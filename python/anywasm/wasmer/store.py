"""Stores: in this style a label for the engine, not the place where objects live."""

from __future__ import annotations

from collections.abc import Mapping

from anywasm import core
from anywasm.engines import EngineModule, default_engine, load
from anywasm.wasmer.compilers.cranelift import Compiler
from anywasm.wasmer.engine import StoreEngine, Universal
from anywasm.wasmer.sealed import Sealed
from anywasm.wasmer.step import Current
from anywasm.wasmer.style import STYLE

# One for each engine module and its options, so that what is compiled for one store serves the others; and only while
# something uses it, since an engine may keep the code of all its modules until it goes.
_engines: dict[tuple[EngineModule, frozenset[tuple[str, core.Option]]], Current[core.Engine]] = {}

_DEFAULT = Universal(Compiler)


def _engine(name: str | None, compiler: str | None, options: Mapping[str, core.Option]) -> core.Engine:
    engine_module = load(name) if name is not None else default_engine()
    made_with: dict[str, core.Option] = {}
    # The engine's own default is not asked for by name, so that modules saved with it fit wherever they are loaded. A
    # compiler that it does not have is a label: a program that names one should run on every engine.
    if compiler is not None and compiler in engine_module.option_values("compiler")[1:]:
        made_with["compiler"] = compiler
    if "shared_memory" in engine_module.capabilities:
        # Here a memory is shared by its type alone.
        made_with["shared_memory"] = True
    made_with.update(options)
    key = engine_module, frozenset(made_with.items())
    current = _engines.get(key)
    if current is not None:
        return current.get(lambda: core.Engine(STYLE, engine_module.name, made_with))
    # Options that are refused leave nothing behind.
    engine = core.Engine(STYLE, engine_module.name, made_with)
    return _engines.setdefault(key, Current()).get(lambda: engine)


class Store(Sealed):
    """What modules are compiled with and objects are made in.

    Objects of different stores on one engine can be used together. Each instance gets an engine store of its own,
    unless it imports something that lives in one already, so that a dropped instance frees its memory however long
    this store lives.

    With `together`, all instances of modules compiled with this store live in one engine store instead: whatever they
    export can be imported together, and their memory is freed when the last of them goes.

    `engine` is a kind of engine with a compiler, from `anywasm.wasmer.engine`; None is `Universal` with Cranelift.
    `name` is the name of what runs below, one of `anywasm.engines()`; None is the default engine. Raises TypeError for
    anything else, and `anywasm.EngineUnavailable` where there is no engine of this name.

    `options` are what runs below is made with, by the names that the explicit style's `Config` has for them: proposals
    to switch on or off, how code is compiled. Raises RuntimeError for a name or a value that there is not, and
    `anywasm.CapabilityError`, a RuntimeError too, for what the engine cannot honour.

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

    __slots__ = ("_current_home", "_engine", "_kind", "together")

    def __init__(
        self,
        engine: StoreEngine | None = None,
        *,
        name: str | None = None,
        together: bool = False,
        options: Mapping[str, core.Option] | None = None,
    ) -> None:
        kind = _DEFAULT if engine is None else engine
        if not isinstance(kind, StoreEngine):
            raise TypeError("Unknown engine")
        self._kind = kind
        self._engine = _engine(name, kind.compiler_name, options or {})
        self._current_home: Current[core.Store] = Current()
        #: Whether all instances of its modules live in one engine store.
        self.together = together

    @property
    def engine_name(self) -> str:
        """The kind of engine: `universal` or `dylib`."""
        return self._kind.name

    @property
    def compiler_name(self) -> str | None:
        """The compiler: `cranelift`, `llvm` or `singlepass`; None where the engine is headless."""
        return self._kind.compiler_name

    def _home(self) -> core.Store:
        """The engine store for objects that are used before anything imports them.

        Held by what lives in it alone, and by the caller: when nothing does any more, the next is a new one.
        """
        return self._current_home.get(lambda: core.Store(self._engine))

    def _leave(self, home: core.Store) -> None:
        """What comes home from now on lives in another engine store than this one, unless all live together."""
        if not self.together:
            self._current_home.leave(home)

    def _for_an_instance(self) -> core.Store:
        """The engine store for an instance that imports nothing that lives anywhere yet."""
        return self._home() if self.together else core.Store(self._engine)
