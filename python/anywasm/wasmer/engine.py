"""The engine classes of wasmer 1.1. A program passes an object of an engine class to `Store`.

The constructor of an engine class takes a compiler and a target. `Universal` and `Dylib` differ only in their names. An
engine class does not select the engine that compiles and runs modules. A program selects this engine by the environment
variable `ANYWASM_ENGINE`, by `anywasm.use_engine` or by the parameter `name` of `Store`.

An object of an engine class without a compiler is headless. A store with a headless object loads compiled modules
(`Module.deserialize`) but does not compile modules.

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
    """The type of the parameter `compiler`. Each package in `anywasm.wasmer.compilers` has a class of this type."""

    def into_opaque_compiler(self) -> OpaqueCompiler:
        """Returns an object with the name of the compiler."""


class StoreEngine(Sealed):
    """The base class of the engine classes. An object has an optional compiler and an optional target."""

    __slots__ = ("_core_compiler_name", "_core_triple")

    #: The name of the engine class for `Store.engine_name`.
    _core_name: ClassVar[str]
    #: The name of the engine class in error texts.
    _core_title: ClassVar[str]

    #: The name of the compiler: `cranelift`, `llvm` or `singlepass`. None if the object has no compiler (if it is
    #: headless).
    _core_compiler_name: str | None
    #: The target machine of the compiled code. None means this machine.
    _core_triple: core.Triple | None

    def __init__(self, compiler: CompilerClass | None = None, target: Target | None = None) -> None:
        self._core_triple = None if target is None else arguments.check_instance("target", target, Target)._triple
        self._core_compiler_name = None if compiler is None else _compiler_name(compiler.into_opaque_compiler())

    def _core_check_compiles(self) -> None:
        """Raises RuntimeError without a compiler, or if the target is another kind of machine than the host."""
        if self._core_compiler_name is None:
            raise RuntimeError(
                f"Compilation error: The {self._core_title} is operating in headless mode, "
                "so it can only execute already compiled Modules."
            )
        if self._core_triple is not None and not self._core_triple.is_host:
            raise RuntimeError(
                f"Compilation error: the store's target is {self._core_triple.text}, but anywasm compiles only for "
                f"this machine, {core.Triple.host().text}: compile on such a machine, or leave the target out"
            )


def _compiler_name(compiler: OpaqueCompiler) -> str:
    if not isinstance(compiler, OpaqueCompiler):
        raise AttributeError(f"'{type(compiler).__name__}' object has no attribute '__inner_as_ptr'")
    return compiler.name


class Universal(StoreEngine):
    """The engine class for compiled code in memory. In anywasm, this class differs from `Dylib` only in its name.

    `compiler` is the class `Compiler` of a package in `anywasm.wasmer.compilers`. Without a compiler, the engine is
    headless: it loads compiled modules, but cannot compile. `target` is the machine to compile for. The target must be
    of the same kind as this machine, but its vendor and its C library may differ.

    Raises AttributeError if `compiler` is not a compiler class, and TypeError if `target` is not a `Target`. If the
    target is a different kind of machine, the constructor raises no error, but compiling a module raises RuntimeError.

    >>> from anywasm.wasmer import Module, Store, engine, target
    >>> from anywasm.wasmer.compilers.cranelift import Compiler
    >>> elsewhere = target.Target(target.Triple("s390x-ibm-linux"))
    >>> Module(Store(engine.Universal(Compiler, elsewhere)), "(module)")
    Traceback (most recent call last):
    ...
    RuntimeError: Compilation error: the store's target is s390x-ibm-linux, but anywasm compiles only for ...
    """

    __slots__ = ()

    _core_name = "universal"
    _core_title = "UniversalEngine"

    def __init_subclass__(cls) -> None:
        """Allows subclasses outside this package, as in wasmer 1.1."""


class Dylib(StoreEngine):
    """The engine class for compiled code in shared libraries. In anywasm, this class works like `Universal`.

    >>> from anywasm.wasmer import Store, engine
    >>> Store(engine.Dylib()).engine_name
    'dylib'
    """

    __slots__ = ()

    _core_name = "dylib"
    _core_title = "`DylibEngine`"

    def __init_subclass__(cls) -> None:
        """Allows subclasses outside this package, as in wasmer 1.1."""


class JIT(Universal):
    """The name of `Universal` in older versions of wasmer."""

    __slots__ = ()

    def __init_subclass__(cls) -> None:
        """Refuses subclasses outside this package, as in wasmer 1.1."""
        super(StoreEngine, cls).__init_subclass__()


class Native(Dylib):
    """The name of `Dylib` in older versions of wasmer."""

    __slots__ = ()

    def __init_subclass__(cls) -> None:
        """Refuses subclasses outside this package, as in wasmer 1.1."""
        super(StoreEngine, cls).__init_subclass__()
