"""The slow path of host functions: what the C callback does not do itself.

The callback (`src/glue/host.c`) converts numbers and calls the Python callable. In all other cases it calls `slowly`.

`core/parking.py` describes the whole way of an exception that a host function raises. `core/values.py` describes the
conversion of values.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from anywasm.core import parking, values
from anywasm.core.types import FuncType

if TYPE_CHECKING:
    from anywasm.core.store import Store

# Tasks. The numbers are those of `src/glue/host.c`.

#: To convert a return value that the callback cannot convert.
RESULT = 0
#: To convert the arguments, call the callable and convert its return value.
CALL = 1


def slowly(
    store: Store, function: Callable[..., Any], signature: FuncType, task: int, value: Any, address: int
) -> int | list[Any]:
    """Does a task, `RESULT` or `CALL`, for a host function.

    `value` is the callable's return value, for the task `RESULT`. The value slots are at `address`; on success they
    hold the results.

    Returns 0 for success, or the token of a parked exception. If the results include references, it returns the owners
    of what the slots refer to; the C glue holds them until the engine has taken the results.
    """
    try:
        slots = store._core_engine_module.ffi.cast("aw_value *", address)
        if task == CALL:
            value = function(*values.lift_all(store, slots, signature.params))
        results = store._core_style.host_results(signature, value)
        owners = values.lower_all(store, slots, signature.results, results)
        return owners if any(owner is not None for owner in owners) else 0
    except BaseException as error:
        return parking.park(error, store._core_parked)
