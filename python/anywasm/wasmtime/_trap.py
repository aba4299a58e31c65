"""Has the public names of wasmtime-py's private module `_trap`, because programs import names from there."""

from anywasm.wasmtime.trap import Frame, Trap, TrapCode

__all__ = ["Frame", "Trap", "TrapCode"]
