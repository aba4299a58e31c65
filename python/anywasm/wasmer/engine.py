"""The engine classes of wasmer 1.1, whose objects a program passes to `Store` with a compiler and a target.

`Universal` and `Dylib` differ in name only. They do not select the engine that compiles and runs modules: the
environment variable `ANYWASM_ENGINE`, `anywasm.use_engine` or the parameter `name` of `Store` does. An engine without a
compiler is headless: it loads compiled modules (`Module.deserialize`) and refuses to compile.

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
    """The type of the parameter `compiler`: the class `Compiler` of a package in `anywasm.wasmer.compilers`."""

    def into_opaque_compiler(self) -> OpaqueCompiler:
        """Returns an object that represents the compiler."""


class StoreEngine(Sealed):
    """The base of the engine classes, with an optional compiler and an optional target."""

    __slots__ = ("compiler_name", "triple")

    #: The name that `Store.engine_name` returns.
    name: ClassVar[str]
    #: The name in error texts.
    title: ClassVar[str]

    #: `cranelift`, `llvm` or `singlepass`. None if the engine is headless.
    compiler_name: str | None
    #: The machine to compile for. None means this machine.
    triple: core.Triple | None

    def __init__(self, compiler: CompilerClass | None = None, target: Target | None = None) -> None:
        self.triple = None if target is None else arguments.instance("target", target, Target)._triple
        self.compiler_name = None if compiler is None else _name(compiler.into_opaque_compiler())

    def check_compiles(self) -> None:
        """Raises RuntimeError if the engine is headless, or if the target is not like this machine."""
        if self.compiler_name is None:
            raise RuntimeError(
                f"Compilation error: The {self.title} is operating in headless mode, "
                "so it can only execute already compiled Modules."
            )
        if self.triple is not None and not self.triple.is_host:
            raise RuntimeError(
                f"Compilation error: the store's target is {self.triple.text}, but anywasm compiles only for this "
                f"machine, {core.Triple.host().text}: compile on such a machine, or leave the target out"
            )


def _name(compiler: OpaqueCompiler) -> str:
    if not isinstance(compiler, OpaqueCompiler):
        raise AttributeError(f"'{type(compiler).__name__}' object has no attribute '__inner_as_ptr'")
    return compiler.name


class Universal(StoreEngine):
    """The engine class that stands for compiled code in memory.

    `compiler` is the class `Compiler` of a package in `anywasm.wasmer.compilers`. Without a compiler, the engine is
    headless. `target` is the machine to compile for. It must be like this machine; the vendor and the C library may
    differ.

    Raises AttributeError if `compiler` is not a compiler class, and TypeError if `target` is not a `Target`. A target
    that is another machine is refused later, when a module is compiled.

    >>> from anywasm.wasmer import Module, Store, engine, target
    >>> from anywasm.wasmer.compilers.cranelift import Compiler
    >>> elsewhere = target.Target(target.Triple("s390x-ibm-linux"))
    >>> Module(Store(engine.Universal(Compiler, elsewhere)), "(module)")
    Traceback (most recent call last):
    ...
    RuntimeError: Compilation error: the store's target is s390x-ibm-linux, but anywasm compiles only for ...
    """

    __slots__ = ()

    name = "universal"
    title = "UniversalEngine"

    def __init_subclass__(cls) -> None:
        """Allows subclasses outside this package, as in wasmer 1.1."""


class Dylib(StoreEngine):
    """The engine class that stands for compiled code in shared libraries. It works like `Universal`.

    >>> from anywasm.wasmer import Store, engine
    >>> Store(engine.Dylib()).engine_name
    'dylib'
    """

    __slots__ = ()

    name = "dylib"
    title = "`DylibEngine`"

    def __init_subclass__(cls) -> None:
        """Allows subclasses outside this package, as in wasmer 1.1."""


class JIT(Universal):
    """The former name of `Universal`."""

    __slots__ = ()

    def __init_subclass__(cls) -> None:
        """Refuses subclasses outside this package, as in wasmer 1.1."""
        super(StoreEngine, cls).__init_subclass__()


class Native(Dylib):
    """The former name of `Dylib`."""

    __slots__ = ()

    def __init_subclass__(cls) -> None:
        """Refuses subclasses outside this package, as in wasmer 1.1."""
        super(StoreEngine, cls).__init_subclass__()
