"""Has the public names of wasmtime-py's private module `_wat2wasm`, because programs import names from there."""

from anywasm.wasmtime.text import wat2wasm

__all__ = ["wat2wasm"]
