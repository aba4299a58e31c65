"""Has the public names of wasmtime-py's private module `_sharedmemory`, because programs import names from there."""

from anywasm.wasmtime.shared_memory import SharedMemory

__all__ = ["SharedMemory"]
