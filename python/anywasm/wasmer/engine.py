"""Engines, as a store takes them: a kind, and a compiler.

`Universal` and `Dylib` differ in name only: what compiles and runs is the engine that `ANYWASM_ENGINE`,
`anywasm.use_engine` or the store's `name` says. Without a compiler an engine is headless: it loads modules that were
compiled before (`Module.deserialize`), and refuses to compile.

>>> from anywasm.wasmer import Module, Store, engine
>>> from anywasm.wasmer.compilers.cranelift import Compiler
>>> store = Store(engine.Universal(Compiler))
>>> store.engine_name, store.compiler_name
('universal', 'cranelift')
>>> saved = Module(store, "(module $shop)").serialize()
>>> Module.deserialize(Store(engine.Universal()), saved).name
'shop'
"""

from __future__ import annotations

from typing import ClassVar, Protocol

from anywasm import core
from anywasm.wasmer import arguments
from anywasm.wasmer.compilers.opaque import OpaqueCompiler
from anywasm.wasmer.sealed import Sealed
from anywasm.wasmer.target import Target

__all__ = ["JIT", "Dylib", "Native", "Universal"]


class CompilerClass(Protocol):
    """What engines take as a compiler: the class `Compiler` of a package in `anywasm.wasmer.compilers`."""

    def into_opaque_compiler(self) -> OpaqueCompiler:
        """The compiler itself."""


class StoreEngine(Sealed):
    """What the kinds of engines have in common: a compiler, or none, and a target, or this machine."""

    __slots__ = ("compiler_name", "triple")

    #: As `Store.engine_name` gives it.
    name: ClassVar[str]
    #: As its errors have it.
    title: ClassVar[str]

    #: `cranelift`, `llvm` or `singlepass`; None where it is headless.
    compiler_name: str | None
    triple: core.Triple | None

    def __init__(self, compiler: CompilerClass | None = None, target: Target | None = None) -> None:
        self.triple = None if target is None else arguments.instance("target", target, Target)._triple
        self.compiler_name = None if compiler is None else _name(compiler.into_opaque_compiler())

    def check_compiles(self) -> None:
        """Raises RuntimeError where no module can be compiled: without a compiler, or for another machine."""
        if self.compiler_name is None:
            raise RuntimeError(
                f"Compilation error: The {self.title} is operating in headless mode, "
                "so it can only execute already compiled Modules."
            )
        if self.triple is not None and not self.triple.is_host:
            raise RuntimeError(
                f"Compilation error: the store's target is {self.triple.text}, but engines here compile only for this "
                f"machine, {core.Triple.host().text}: compile on such a machine, or leave the target out"
            )


def _name(compiler: OpaqueCompiler) -> str:
    if not isinstance(compiler, OpaqueCompiler):
        raise AttributeError(f"'{type(compiler).__name__}' object has no attribute '__inner_as_ptr'")
    return compiler.name


class Universal(StoreEngine):
    """The engine that puts compiled code into memory.

    `compiler` is a class of `anywasm.wasmer.compilers`; without it the engine is headless. `target` is the machine to
    compile for: one that is like this machine, save that its vendor and its C library do not matter.

    Raises AttributeError for a compiler that is none, and TypeError for such a target. A target for another machine
    is refused when a module is to be compiled for it.

    >>> from anywasm.wasmer import Module, Store, engine, target
    >>> from anywasm.wasmer.compilers.cranelift import Compiler
    >>> elsewhere = target.Target(target.Triple("s390x-ibm-linux"))
    >>> Module(Store(engine.Universal(Compiler, elsewhere)), "(module)")
    Traceback (most recent call last):
    ...
    RuntimeError: Compilation error: the store's target is s390x-ibm-linux, but engines here compile only for ...
    """

    __slots__ = ()

    name = "universal"
    title = "UniversalEngine"

    def __init_subclass__(cls) -> None:
        """As in the package, this class may be derived from."""


class Dylib(StoreEngine):
    """As `Universal`; the package of this style has it for code in shared libraries.

    >>> from anywasm.wasmer import Store, engine
    >>> Store(engine.Dylib()).engine_name
    'dylib'
    """

    __slots__ = ()

    name = "dylib"
    title = "`DylibEngine`"

    def __init_subclass__(cls) -> None:
        """As in the package, this class may be derived from."""


class JIT(Universal):
    """What `Universal` was called once."""

    __slots__ = ()

    def __init_subclass__(cls) -> None:
        """As in the package, this class is final."""
        super(StoreEngine, cls).__init_subclass__()


class Native(Dylib):
    """What `Dylib` was called once."""

    __slots__ = ()

    def __init_subclass__(cls) -> None:
        """As in the package, this class is final."""
        super(StoreEngine, cls).__init_subclass__()
