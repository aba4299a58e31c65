"""Has the public names of wasmtime-py's private module `_exportable`, because programs import names from there."""

from anywasm.wasmtime.extern import AsExtern

__all__ = ["AsExtern"]
