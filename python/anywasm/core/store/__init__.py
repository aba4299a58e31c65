"""Stores, by subject.

* `store.py`: the store itself, from its creation to its closing, and its exceptions.
* `object.py`: the base class of everything that lives in a store.
* `state.py`: what Python holds for a store's guests, in one object that is dropped when the store is closed.
* `host_calls.py`: host functions.
* `externrefs.py`: Python objects that guests hold as externref.
* `wasi_state.py`: WASI contexts.
* `limits.py`: fuel, deadlines, and limits of memory and other resources.
"""

from anywasm.core.store.object import StoreObject
from anywasm.core.store.store import Store

__all__ = ["Store", "StoreObject"]
