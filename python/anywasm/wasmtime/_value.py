"""Has the public names of wasmtime-py's private module `_value`, because programs import names from there."""

from anywasm.wasmtime.val import Val

__all__ = ["Val"]
