"""The Python side of host functions: what the C trampoline does not do itself.

The trampoline (src/glue/host.c) converts numbers and calls the callable. For the rest it calls the store, which calls
`slowly`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from anywasm.core import values
from anywasm.core.types import FuncType

if TYPE_CHECKING:
    from anywasm.core.store import Store

# What the trampoline asks for, as in src/glue/host.c.
RESULT, CALL = 0, 1


def slowly(
    store: Store, function: Callable[..., Any], signature: FuncType, what: int, value: Any, address: int
) -> int | list[Any]:
    """Does `what` for a host function: 0, or the token of a parked exception, or a list of what must live until the
    engine has taken the results over.

    `value` is its unusual result; the value slots are at `address`.
    """
    try:
        style, slots = store._style, store._engine_module.ffi.cast("aw_value *", address)
        if what == CALL:
            value = function(*values.read_all(store, slots, signature.params))
        results = style.host_results(signature, value)
        kept = values.write_all(store, slots, signature.results, results)
        return kept if any(owner is not None for owner in kept) else 0
    except BaseException as error:
        return store.park(error)
