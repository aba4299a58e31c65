"""Defines the class for the Singlepass compiler. In wasmer 1.1, a module of this name defines the class, too."""

from anywasm.wasmer.compilers.opaque import NamedCompiler

__all__ = ["Compiler"]


class Compiler(NamedCompiler):
    """The Singlepass compiler. It compiles in linear time. The compiled code is slower, and cannot use vectors (v128).

    >>> from anywasm.wasmer.compilers.singlepass import Compiler
    >>> Compiler.into_opaque_compiler().name
    'singlepass'
    """

    __slots__ = ()

    _name = "singlepass"
