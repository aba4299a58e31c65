"""Has the public names of wasmtime-py's private module `_wasi`, because programs import names from there."""

from anywasm.wasmtime.wasi import DirPerms, FilePerms, WasiConfig

__all__ = ["DirPerms", "FilePerms", "WasiConfig"]
