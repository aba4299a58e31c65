"""Has the public names of wasmtime-py's private module `_tag`, because programs import names from there."""

from anywasm.wasmtime.tag import Tag

__all__ = ["Tag"]
