"""The base class of all objects that own something in the shim."""

from __future__ import annotations

from typing import Any

from anywasm.core.errors import take_failure
from anywasm.core.lazy import lazy
from anywasm.core.style import StyleAdapter
from anywasm.engines import EngineModule

#: The shim's functions that return a size return this number, the largest, if they fail.
_FAILED_SIZE = 0xFFFF_FFFF_FFFF_FFFF


def is_failure(size: int) -> bool:
    """Whether a size that the shim returned means that the call failed."""
    return size == _FAILED_SIZE


class Handle:
    """Holds the owner of something in the shim, which is freed with the last Python object that holds the owner.

    Freeing never waits, and may happen on any thread and in any order: the shim defers it where necessary.
    """

    def __init__(self, engine_module: EngineModule, style: StyleAdapter, owner: Any) -> None:
        """`owner` is an `Owner` of the engine module, or None if the shim's call failed: then raises its exception."""
        self._core_engine_module = engine_module
        self._core_style = style
        if owner is None:
            raise self._core_last_exception()
        self._core_owner = owner

    @lazy
    def _core_ptr(self) -> Any:
        """The owned pointer, for calls through cffi. It is valid as long as this object lives."""
        return self._core_engine_module.pointer(self._core_owner)

    def _core_check(self, result: Any) -> Any:
        """Returns a result of the shim; raises the style's exception for NULL and false, which mean a failed call."""
        if not result:
            raise self._core_last_exception()
        return result

    def _core_check_size(self, size: int) -> int:
        """Returns a size from the shim; raises the style's exception if the call failed (see `is_failure`)."""
        if is_failure(size):
            raise self._core_last_exception()
        return size

    def _core_last_exception(self) -> BaseException:
        """Returns the style's exception for the call that has just failed on this thread."""
        return self._core_style.exception(take_failure(self._core_engine_module))
