"""Has the public names of wasmtime-py's private module `_managed`, because programs import names from there."""

from anywasm.wasmtime.managed import Managed

__all__ = ["Managed"]
