"""Replaces the package `wasmer_compiler_singlepass`. Provides the Singlepass compiler for `anywasm.wasmer.engine`."""

from anywasm.wasmer.compilers.singlepass.wasmer_compiler_singlepass import Compiler

__all__ = ["Compiler"]
