"""Has the public names of wasmtime-py's private module `_engine`, because programs import names from there."""

from anywasm.wasmtime.engine import Engine

__all__ = ["Engine"]
