"""Has the public names of wasmtime-py's private module `_table`, because programs import names from there."""

from anywasm.wasmtime.table import Table

__all__ = ["Table"]
