"""Stores, and the Python objects that a store holds for its guests.

* `store.py`: the class `Store`, which creates and closes a store and returns the exceptions of failed calls.
* `object.py`: the base class of the Python objects for instances, functions, memories and so on.
* `state.py`: the class `StoreState`. One `StoreState` holds all Python objects that a store's guests use. Closing the
  store drops the `StoreState`.
* `host_calls.py`: the creation of host functions.
* `externrefs.py`: Python objects that guests hold as externref.
* `wasi_state.py`: the WASI contexts of a store's guests.
* `limits.py`: fuel, deadlines, and limits of memory and other resources.
"""

from anywasm.core.store.object import StoreObject
from anywasm.core.store.store import Store

__all__ = ["Store", "StoreObject"]
