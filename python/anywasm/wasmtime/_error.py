"""Has the public names of wasmtime-py's private module `_error`, because programs import names from there."""

from anywasm.wasmtime.errors import ExitTrap, WasmtimeError

__all__ = ["ExitTrap", "WasmtimeError"]
