"""The slow path of host functions: all cases that the C callback does not handle.

The C callback (`src/glue/host.c`) converts numbers and calls the Python callable. In all other cases the C callback
calls `run_slow_path`.

`core/parking.py` describes how an exception of a host function reaches the caller of the guest. `core/values.py`
describes the conversion of values.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from anywasm.core import parking, values
from anywasm.core.types import FuncType

if TYPE_CHECKING:
    from anywasm.core.store import Store

# Tasks of the slow path. `src/glue/host.c` defines the numbers.

#: Converts a return value that the C callback cannot convert.
TASK_RESULT = 0
#: Converts the arguments, calls the callable, and converts the callable's return value.
TASK_CALL = 1


def run_slow_path(
    store: Store, function: Callable[..., Any], signature: FuncType, task: int, value: Any, slots_address: int
) -> int | list[Any]:
    """Runs `TASK_RESULT` or `TASK_CALL` for a host function.

    For `TASK_RESULT`, `value` is the callable's return value. `TASK_CALL` does not use `value`. `slots_address` is the
    address of the function's slots, the C unions that hold one WebAssembly value each. For `TASK_CALL`, the slots hold
    the arguments. This function writes the results into the same slots.

    Returns 0 on success. After an exception, returns the number under which `core/parking.py` stores the exception. If
    a result is a function, returns a list of the owners, the Python objects that free the functions in the slots. The C
    glue holds this list until the engine has read the results.
    """
    try:
        slots = store._core_engine_module.ffi.cast("aw_value *", slots_address)
        if task == TASK_CALL:
            value = function(*values.lift_all(store, slots, signature.params))
        results = store._core_style.host_results(signature, value)
        owners = values.lower_all(store, slots, signature.results, results)
        return owners if any(owner is not None for owner in owners) else 0
    except BaseException as error:
        return parking.park(error, store._core_parked)
