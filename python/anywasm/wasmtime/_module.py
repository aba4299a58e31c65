"""Has the public names of wasmtime-py's private module `_module`, because programs import names from there."""

from anywasm.wasmtime.module import Module

__all__ = ["Module"]
