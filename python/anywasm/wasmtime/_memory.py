"""Has the public names of wasmtime-py's private module `_memory`, because programs import names from there."""

from anywasm.wasmtime.memory import Memory

__all__ = ["Memory"]
