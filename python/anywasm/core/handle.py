"""The base class of all Python objects that own an object of the shim."""

from __future__ import annotations

from typing import Any, NoReturn

from anywasm.core.errors import take_failure
from anywasm.core.lazy import lazy
from anywasm.core.style import StyleAdapter
from anywasm.engines import EngineModule

#: Return value of the shim's size functions if the call failed: the largest `uint64_t`.
_FAILED_SIZE = 0xFFFF_FFFF_FFFF_FFFF


def is_failed_size(size: int) -> bool:
    """Returns whether a size that a function of the shim returned means that the call failed."""
    return size == _FAILED_SIZE


class Handle:
    """A Python object for an object of the shim. A handle holds the owner, a small object that a C type implements.

    When Python frees the owner, the owner frees the shim's object. So the shim's object exists until the last Python
    object that holds the owner is freed. Any thread may free handles, in any order. Freeing a handle never blocks: if
    the shim's object is in use, the shim deletes the object later.
    """

    #: The object that owns the shim's object. None until the handle is initialised.
    _core_owner: Any = None

    def __init__(self, engine_module: EngineModule, style: StyleAdapter, owner: Any) -> None:
        """Stores the owner. `owner` is an `Owner` of the engine module, or None if the shim's call failed.

        Raises the API style's exception for the failed call if `owner` is None.
        """
        self._core_engine_module = engine_module
        self._core_style = style
        if owner is None:
            raise self._core_last_exception()
        self._core_owner = owner

    def _core_check_is_new(self) -> None:
        """Raises ValueError if the handle is already initialised: `__init__` must not be called a second time.

        A second initialisation would free the shim's object, although other objects may still use its address.
        """
        if self._core_owner is not None:
            name = type(self).__name__
            raise ValueError(f"already initialized: `{name}.__init__` was called twice; create a new `{name}` instead")

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        """Raises TypeError, because a handle can be neither copied nor pickled.

        The text is that of Python's own classes, such as files and locks.
        """
        raise TypeError(f"cannot pickle {type(self).__name__!r} object")

    @lazy
    def _core_ptr(self) -> Any:
        """The pointer to the shim's object, for calls through cffi. The pointer is valid while this handle exists."""
        return self._core_engine_module.pointer(self._core_owner)

    def _core_check(self, result: Any) -> Any:
        """Returns the result of a call of the shim.

        Raises the API style's exception if the result is NULL or false, because these values mean that the call failed.
        """
        if not result:
            raise self._core_last_exception()
        return result

    def _core_check_size(self, size: int) -> int:
        """Returns the size that a call of the shim returned.

        Raises the API style's exception if the call failed (see `is_failed_size`).
        """
        if is_failed_size(size):
            raise self._core_last_exception()
        return size

    def _core_last_exception(self) -> BaseException:
        """Returns the API style's exception for the call that has just failed on this thread."""
        return self._core_style.exception(take_failure(self._core_engine_module))
