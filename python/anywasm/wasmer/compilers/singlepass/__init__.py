"""The package `wasmer_compiler_singlepass`: the Singlepass compiler, for `anywasm.wasmer.engine`."""

from anywasm.wasmer.compilers.singlepass.wasmer_compiler_singlepass import Compiler

__all__ = ["Compiler"]
