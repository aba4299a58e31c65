"""Has the public names of wasmtime-py's private module `_func`, because programs import names from there."""

from anywasm.wasmtime.caller import Caller
from anywasm.wasmtime.func import Func

__all__ = ["Caller", "Func"]
