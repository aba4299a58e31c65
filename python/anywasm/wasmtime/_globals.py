"""Has the public names of wasmtime-py's private module `_globals`, because programs import names from there."""

from anywasm.wasmtime.globals import Global

__all__ = ["Global"]
