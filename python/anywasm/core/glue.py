"""Passes to an engine module the Python functions that the engine module's C code calls.

The C code (`src/glue/`) handles the frequent cases of calls, host calls and memory access. In all other cases the C
code calls a function that `set_up` has passed. Some of these functions do what the C code cannot do. The others *park*
an exception: they store the exception until the guest has ended (`core/parking.py`). `src/glue/glue.h` lists these
functions with their arguments.

Most functions in this module call a method of their first argument, so that an API style's class can override the
method. This module imports no class of the core at run time. Such an import would be circular, because `Engine` imports
this module.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from anywasm.core import host, parking
from anywasm.engines import EngineModule

if TYPE_CHECKING:
    from anywasm.core.buffer import Buffer
    from anywasm.core.elements import Elements
    from anywasm.core.func import Func
    from anywasm.core.store import Store

#: The class `Func`, which gets its method `__call__` from the first engine module. `core/func.py` sets this variable.
func_class: Any = None

#: The engine modules that have received the functions.
_set_up: set[EngineModule] = set()


def set_up(engine_module: EngineModule) -> None:
    """Passes the functions to an engine module, once per engine module. The first one gives `Func` its `__call__`.

    Every new `Engine` calls `set_up` first.

    This function needs no lock: if two threads, or a thread and a finalizer, call it at the same time, the engine
    module receives the same functions twice, which does no harm. After a fork, the child does not need another call,
    because the child inherits the C code's references.
    """
    if engine_module in _set_up:
        return
    if len(func_class.__bases__) == 1:
        # Two threads may do this at the same time. Any engine module can provide the C type, so the last one wins.
        func_class.__bases__ = (*func_class.__bases__[:1], engine_module.callable)
    engine_module.setup(
        call_slowly=_call_slowly,
        raise_failure=_raise_failure,
        host_slowly=host.run_slow_path,
        park_host_exception=_park_host_exception,
        park_stream_exception=parking.park,
        park_signal_exception=parking.park,
        get_elements=_get_elements,
        set_elements=_set_elements,
        delete_elements=_delete_elements,
        count_elements=_count_elements,
        renew_buffer=_renew_buffer,
        results_attribute="_core_last_results",
        target_slot=vars(func_class)["_core_target"],
    )
    _set_up.add(engine_module)


def _call_slowly(func: Func, args: tuple[Any, ...], keywords: Mapping[str, Any] | None = None) -> Any:
    """Calls a function with arguments that the C code cannot handle."""
    return func._core_call_slowly(func._core_positional(args, keywords) if keywords else args)


def _raise_failure(func: Func) -> Any:
    """Raises the exception for the function's call that has just failed on this thread."""
    raise func._core_last_exception()


def _park_host_exception(store: Store, exception: BaseException) -> int:
    """Stores the exception of a host function of this store while the guest unwinds (`core/parking.py`).

    Returns the exception's token, the number under which the exception is stored.
    """
    return parking.park(exception, store._core_parked)


def _get_elements(view: Any, key: Any) -> Any:
    """Returns an element if `key` is an index, or a list of elements if `key` is a slice."""
    return view._get_slowly(key)


def _set_elements(view: Any, key: Any, value: Any) -> None:
    """Sets an element if `key` is an index, or several elements if `key` is a slice."""
    view._set_slowly(key, value)


def _delete_elements(view: Any, key: Any) -> None:
    """Raises the API style's error, because elements of a memory cannot be deleted."""
    view._delete(key)


def _count_elements(view: Elements) -> int:
    """Returns the number of elements in a view."""
    return view._count()


def _renew_buffer(buffer: Buffer, owner: Any) -> Any:
    """Returns a new buffer over the same memory, which has grown since `buffer` was created.

    `owner` is the owner of the shim's memory object, the Python object that deletes it.
    """
    return buffer._renew(owner)
