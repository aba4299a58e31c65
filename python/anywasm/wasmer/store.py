"""Stores: in this style a label for the engine, not the place where objects live."""

from __future__ import annotations

import threading
import weakref

from anywasm import core
from anywasm.engines import Native, default_engine, load
from anywasm.wasmer.compilers.cranelift import Compiler
from anywasm.wasmer.engine import StoreEngine, Universal
from anywasm.wasmer.face import FACE
from anywasm.wasmer.sealed import Sealed

# One for each engine module and compiler, so that what is compiled for one store serves the others; and only while
# something uses it, since an engine may keep the code of all its modules until it goes.
_engines: weakref.WeakValueDictionary[tuple[Native, str | None], core.Engine] = weakref.WeakValueDictionary()
_lock = threading.Lock()

_DEFAULT = Universal(Compiler)


def _engine(name: str | None, compiler: str | None) -> core.Engine:
    native = load(name) if name is not None else default_engine()
    # The engine's own default is not asked for by name, so that modules saved with it fit wherever they are loaded. A
    # compiler that it does not have is a label: a program that names one should run on every engine.
    others = native.option_values("compiler")[1:]
    chosen = compiler if compiler in others else None
    with _lock:
        engine = _engines.get((native, chosen))
        if engine is None:
            options: dict[str, core.Option] = {} if chosen is None else {"compiler": chosen}
            if "shared_memory" in native.capabilities:
                # Here a memory is shared by its type alone.
                options["shared_memory"] = True
            engine = _engines[native, chosen] = core.Engine(FACE, native.name, options)
        return engine


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

    >>> from anywasm.wasmer import Store
    >>> store = Store()
    >>> store.engine_name, store.compiler_name
    ('universal', 'cranelift')
    """

    __slots__ = ("_engine", "_home_ref", "_kind", "_lock", "together")

    def __init__(self, engine: StoreEngine | None = None, *, name: str | None = None, together: bool = False) -> None:
        kind = _DEFAULT if engine is None else engine
        if not isinstance(kind, StoreEngine):
            raise TypeError("Unknown engine")
        self._kind = kind
        self._engine = _engine(name, kind.compiler_name)
        self._home_ref: weakref.ref[core.Store] | None = None
        #: Whether all instances of its modules live in one engine store.
        self.together = together
        #: Held while something made with this store is given to an engine's store: once only, from whatever thread.
        self._lock = threading.RLock()

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
        with self._lock:
            home = self._home_ref() if self._home_ref is not None else None
            if home is None:
                home = core.Store(self._engine)
                self._home_ref = weakref.ref(home)
            return home

    def _leave(self, home: core.Store) -> None:
        """What comes home from now on lives in another engine store than this one, unless all live together."""
        with self._lock:
            if not self.together and self._home_ref is not None and self._home_ref() is home:
                self._home_ref = None

    def _for_an_instance(self) -> core.Store:
        """The engine store for an instance that imports nothing that lives anywhere yet."""
        return self._home() if self.together else core.Store(self._engine)
