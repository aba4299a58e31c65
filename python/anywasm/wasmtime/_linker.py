"""Has the public names of wasmtime-py's private module `_linker`, because programs import names from there."""

from anywasm.wasmtime.linker import Linker

__all__ = ["Linker"]
