"""Host functions: Python callables that live in a store.

`core/host.py` contains the slow path for calls of these functions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from anywasm.core.store.store import Store
    from anywasm.core.types import FuncType


def new_host_func(store: Store, signature: FuncType, function: Callable[..., Any]) -> Any:
    """Creates a host function in a store and returns its owner. The store holds the callable."""
    params, results = signature.codes
    owner = store._core_engine_module.new_host_func(store._core_owner, store, function, signature, params, results)
    if owner is None:
        raise store._core_last_exception()
    # This is early enough: the function cannot be called before its owner is returned.
    store._core_state.callables.append((function, signature))
    return owner
