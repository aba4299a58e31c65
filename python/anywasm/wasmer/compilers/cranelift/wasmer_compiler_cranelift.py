"""Defines the class for the Cranelift compiler. In wasmer 1.1, a module of this name defines the class, too."""

from anywasm.wasmer.compilers.opaque import NamedCompiler

__all__ = ["Compiler"]


class Compiler(NamedCompiler):
    """The Cranelift compiler. It compiles quickly, and the compiled code is fast.

    >>> from anywasm.wasmer.compilers.cranelift import Compiler
    >>> Compiler.into_opaque_compiler().name
    'cranelift'
    """

    __slots__ = ()

    _name = "cranelift"
