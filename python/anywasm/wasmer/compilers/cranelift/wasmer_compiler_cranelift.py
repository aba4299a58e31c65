"""The module inside the package `wasmer_compiler_cranelift`."""

from anywasm.wasmer.compilers.opaque import NamedCompiler

__all__ = ["Compiler"]


class Compiler(NamedCompiler):
    """The Cranelift compiler. It compiles quickly, to fast code.

    >>> from anywasm.wasmer.compilers.cranelift import Compiler
    >>> Compiler.into_opaque_compiler().name
    'cranelift'
    """

    __slots__ = ()

    _name = "cranelift"
