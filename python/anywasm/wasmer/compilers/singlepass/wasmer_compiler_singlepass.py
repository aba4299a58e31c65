"""The module inside the package `wasmer_compiler_singlepass`."""

from anywasm.wasmer.compilers.opaque import NamedCompiler

__all__ = ["Compiler"]


class Compiler(NamedCompiler):
    """The Singlepass compiler. It compiles in linear time. The code is slower and cannot use vectors (v128).

    >>> from anywasm.wasmer.compilers.singlepass import Compiler
    >>> Compiler.into_opaque_compiler().name
    'singlepass'
    """

    __slots__ = ()

    _name = "singlepass"
