"""The Python side of host functions: what the C trampoline does not do itself.

The trampoline (src/glue/host.c) converts numbers and calls the callable. For the rest it calls the slow path made
here: `slow(what, object, address of the slots)`, which returns 0, or the token of a parked exception.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from anywasm.core import values
from anywasm.core.types import FuncType

if TYPE_CHECKING:
    from anywasm.core.store import Store

# What the trampoline asks for, as in src/glue/host.c.
RESULT, EXCEPTION, CALL = 0, 1, 2


def slow_path(store: Store, signature: FuncType, function: Callable[..., Any]) -> Callable[[int, Any, int], int]:
    """The slow path of one host function."""
    # The store holds the slow path, which must not hold it: stores die without waiting for the cycle collector. One
    # that runs a host function is alive.
    store_ref = weakref.ref(store)

    def slow(what: int, value: Any, address: int) -> int:
        store = store_ref()
        if store is None:
            raise RuntimeError("a host function was called after its store was gone: a bug in anywasm")
        if what == EXCEPTION:
            return store.park(value)
        try:
            face, slots = store._face, store._native.ffi.cast("aw_value *", address)
            if what == CALL:
                value = function(*values.read_all(store, slots, signature.params))
            results = face.host_results(signature, value)
            # References among them must live until the engine has taken them over, just after this.
            kept = values.write_all(store, slots, signature.results, results)
            if any(owner is not None for owner in kept):
                store._last_results = kept
        except BaseException as error:
            return store.park(error)
        return 0

    return slow
