"""The base of all objects that own something in the shim."""

from __future__ import annotations

from typing import Any

from anywasm.core.errors import take
from anywasm.core.face import Face
from anywasm.engines import Native

_FAILED = 0xFFFF_FFFF_FFFF_FFFF


class Handle:
    """A pointer that is deleted with the object, or earlier by `_close`.

    Deletion never waits and may happen on any thread, in any order: the shim sees to it. Without a function that
    deletes it, the pointer goes with its last user.
    """

    def __init__(self, native: Native, face: Face, ptr: Any, delete: Any) -> None:
        self._native = native
        self._face = face
        self._check(ptr)
        self._ptr = ptr if delete is None else native.ffi.gc(ptr, delete)

    def _close(self) -> None:
        ptr, self._ptr = self._ptr, self._native.ffi.NULL
        if ptr:
            self._native.ffi.release(ptr)

    def _check(self, result: Any) -> Any:
        """The result of a call that fails by NULL or false."""
        if not result:
            raise self._failure()
        return result

    def _number(self, result: int) -> int:
        """The result of a call that gives a size, and fails by the largest there is."""
        if result == _FAILED:
            raise self._failure()
        return result

    def _failure(self) -> BaseException:
        """The style's exception for the call that has just failed."""
        return self._face.exception(take(self._native))
