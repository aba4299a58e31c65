"""Has the public names of wasmtime-py's private module `_store`, because programs import names from there."""

from anywasm.wasmtime.store import Store, StoreContext, Storelike

__all__ = ["Store", "StoreContext", "Storelike"]
