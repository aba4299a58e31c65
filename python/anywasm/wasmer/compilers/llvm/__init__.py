"""Replaces the package `wasmer_compiler_llvm`. Provides the LLVM compiler for `anywasm.wasmer.engine`."""

from anywasm.wasmer.compilers.llvm.wasmer_compiler_llvm import Compiler

__all__ = ["Compiler"]
