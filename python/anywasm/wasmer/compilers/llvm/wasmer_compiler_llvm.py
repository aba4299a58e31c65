"""The module inside the package `wasmer_compiler_llvm`."""

from anywasm.wasmer.compilers.opaque import NamedCompiler

__all__ = ["Compiler"]


class Compiler(NamedCompiler):
    """The LLVM compiler. No engine of anywasm includes LLVM, so the engine uses another compiler in its place.

    >>> from anywasm.wasmer.compilers.llvm import Compiler
    >>> Compiler.into_opaque_compiler().name
    'llvm'
    """

    __slots__ = ()

    _name = "llvm"
