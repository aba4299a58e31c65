"""Replaces the package `wasmer_compiler_cranelift`. Provides the Cranelift compiler for `anywasm.wasmer.engine`."""

from anywasm.wasmer.compilers.cranelift.wasmer_compiler_cranelift import Compiler

__all__ = ["Compiler"]
