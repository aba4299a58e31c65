"""Creates host functions, which call Python callables.

`core/host.py` contains the slow path of host functions: the cases that the C glue does not handle.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from anywasm.core.store.store import Store
    from anywasm.core.types import FuncType


def new_host_func(store: Store, signature: FuncType, function: Callable[..., Any]) -> Any:
    """Creates a host function in a store. Returns its owner, the Python object that deletes the function's handle.

    The store holds the callable `function` until the store is closed.
    """
    params, results = signature.codes
    owner = store._core_engine_module.new_host_func(store._core_owner, store, function, signature, params, results)
    if owner is None:
        raise store._core_last_exception()
    # The C glue only borrows the callable and the signature, so the store must hold them before a guest can call the
    # function. No guest can call the function before this function has returned the owner.
    store._core_state.callables.append((function, signature))
    return owner
