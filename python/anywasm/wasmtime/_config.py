"""Has the public names of wasmtime-py's private module `_config`, because programs import names from there."""

from anywasm.wasmtime.config import Config

__all__ = ["Config"]
