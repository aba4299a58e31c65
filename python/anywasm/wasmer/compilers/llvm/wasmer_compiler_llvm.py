"""Defines the class for the LLVM compiler. In wasmer 1.1, a module of this name defines the class, too."""

from anywasm.wasmer.compilers.opaque import NamedCompiler

__all__ = ["Compiler"]


class Compiler(NamedCompiler):
    """The LLVM compiler. No engine of anywasm includes LLVM, so the engine uses another compiler.

    >>> from anywasm.wasmer.compilers.llvm import Compiler
    >>> Compiler.into_opaque_compiler().name
    'llvm'
    """

    __slots__ = ()

    _name = "llvm"
