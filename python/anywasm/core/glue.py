"""Hands the Python functions that an engine module's C code calls over to it.

The C code (src/glue/) does the usual case of calls, host calls and memory access. For all else it calls the functions
of this file: the slow paths, and the parking of exceptions. `src/glue/glue.h` lists them with their arguments.

A function of this file calls a method of its first argument, so that a style's class can override the method. The file
imports no class of the core, because `Engine` imports the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from anywasm.core import interrupts, parking
from anywasm.engines import EngineModule

if TYPE_CHECKING:
    from anywasm.core.buffer import Buffer
    from anywasm.core.func import Func
    from anywasm.core.store import Store
    from anywasm.core.types import FuncType

#: The engine modules that have the functions.
_set_up: set[EngineModule] = set()


def set_up(engine_module: EngineModule) -> None:
    """Hands the functions over, once per engine module. Every `Engine` calls this before its program can use it.

    No lock is needed. Two threads, or a finalizer that runs in the middle, may both hand the same functions over, which
    does no harm. A forked child inherits the C code's references.
    """
    if engine_module in _set_up:
        return
    engine_module.setup(
        call_slowly=_call_slowly,
        raise_failure=_raise_failure,
        host_slowly=_host_slowly,
        park_host_exception=_park_host_exception,
        park_stream_exception=parking.park_of_stream,
        park_signal_exception=interrupts.park,
        get_elements=_get_elements,
        set_elements=_set_elements,
        delete_elements=_delete_elements,
        count_elements=_count_elements,
        renew_buffer=_renew_buffer,
        results_attribute="_last_results",
    )
    _set_up.add(engine_module)


def _call_slowly(func: Func, args: tuple[Any, ...]) -> Any:
    """Calls a function in a case that is not the usual one."""
    return func._call_slowly(args)


def _raise_failure(func: Func) -> Any:
    """Raises the exception of the call that has just failed."""
    raise func._failure()


def _host_slowly(store: Store, function: Any, signature: FuncType, task: int, result: Any, address: int) -> Any:
    """Does the rest of a call to a host function: see `anywasm.core.host.slowly`."""
    return store._host_slowly(function, signature, task, result, address)


def _park_host_exception(store: Store, exception: BaseException) -> int:
    """Parks the exception of a host function; returns its token."""
    return store.park(exception)


def _get_elements(view: Any, key: Any) -> Any:
    """Returns the element at an index, or the list of elements of a slice."""
    return view._get_slowly(key)


def _set_elements(view: Any, key: Any, value: Any) -> None:
    """Sets the element at an index, or the elements of a slice."""
    view._set_slowly(key, value)


def _delete_elements(view: Any, key: Any) -> None:
    """Raises the style's error: elements of a memory cannot be deleted."""
    view._delete(key)


def _count_elements(view: Any) -> int:
    """Returns the number of elements."""
    count: int = view._count()
    return count


def _renew_buffer(buffer: Buffer, address: int) -> Any:
    """Returns a buffer over the bytes of a memory that has grown since `buffer` was created."""
    return buffer._anew(address)
