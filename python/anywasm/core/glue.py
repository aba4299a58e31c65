"""Hands over the Python functions that an engine module's C code calls.

The C code (`src/glue/`) handles the frequent cases of calls, host calls and memory access. In all other cases it calls
the functions of this module: slow paths, and the parking of exceptions. `src/glue/glue.h` lists them with their
arguments.

Most functions here call a method of their first argument, so that a style's class can override the method. This module
imports no class of the core, because `Engine` imports this module.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from anywasm.core import host, parking
from anywasm.engines import EngineModule

if TYPE_CHECKING:
    from anywasm.core.buffer import Buffer
    from anywasm.core.elements import Elements
    from anywasm.core.func import Func
    from anywasm.core.store import Store

#: The engine modules to which the functions have been handed over.
_set_up: set[EngineModule] = set()


def set_up(engine_module: EngineModule) -> None:
    """Hands the functions over, once per engine module. Every `Engine` calls this before its program can use it.

    This needs no lock. Two threads, or a finalizer that runs meanwhile, may hand over the same functions again, which
    does no harm. A forked child inherits the C code's references.
    """
    if engine_module in _set_up:
        return
    engine_module.setup(
        call_slowly=_call_slowly,
        raise_failure=_raise_failure,
        host_slowly=host.slowly,
        park_host_exception=_park_host_exception,
        park_stream_exception=parking.park,
        park_signal_exception=parking.park,
        get_elements=_get_elements,
        set_elements=_set_elements,
        delete_elements=_delete_elements,
        count_elements=_count_elements,
        renew_buffer=_renew_buffer,
        results_attribute="_core_last_results",
    )
    _set_up.add(engine_module)


def _call_slowly(func: Func, args: tuple[Any, ...]) -> Any:
    """Calls a function in a case that the fast path does not handle."""
    return func._core_call_slowly(args)


def _raise_failure(func: Func) -> Any:
    """Raises the exception of the function's call that has just failed on this thread."""
    raise func._core_last_exception()


def _park_host_exception(store: Store, exception: BaseException) -> int:
    """Parks the exception of a host function in this store and returns its token."""
    return parking.park(exception, store._core_parked)


def _get_elements(view: Any, key: Any) -> Any:
    """Returns the element at an index, or the list of elements of a slice."""
    return view._get_slowly(key)


def _set_elements(view: Any, key: Any, value: Any) -> None:
    """Sets the element at an index, or the elements of a slice."""
    view._set_slowly(key, value)


def _delete_elements(view: Any, key: Any) -> None:
    """Raises the style's error: elements of a memory cannot be deleted."""
    view._delete(key)


def _count_elements(view: Elements) -> int:
    """Returns the number of elements."""
    return view._count()


def _renew_buffer(buffer: Buffer, address: int) -> Any:
    """Returns a buffer over the bytes of a memory that has grown since `buffer` was created."""
    return buffer._anew(address)
