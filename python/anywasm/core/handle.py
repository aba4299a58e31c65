"""The base of all objects that own something in the shim."""

from __future__ import annotations

from typing import Any

from anywasm.core.errors import take
from anywasm.core.lazy import lazy
from anywasm.core.style import StyleAdapter
from anywasm.engines import EngineModule

_FAILED = 0xFFFF_FFFF_FFFF_FFFF


def is_failure(result: int) -> bool:
    """Whether a call that gives a size has failed."""
    return result == _FAILED


class Handle:
    """Something in the shim that is deleted with the last object that owns it, and never earlier.

    Deletion never waits and may happen on any thread, in any order: the shim sees to it.
    """

    def __init__(self, engine_module: EngineModule, style: StyleAdapter, owner: Any) -> None:
        """`owner`: an `Owner` of the engine module, or None where the shim has left an error."""
        self._engine_module = engine_module
        self._style = style
        if owner is None:
            raise self._failure()
        self._owner = owner

    @lazy
    def _ptr(self) -> Any:
        """What is owned, for calls that go through cffi; it must not outlive this object."""
        return self._engine_module.pointer(self._owner)

    def _check(self, result: Any) -> Any:
        """The result of a call that fails by NULL or false."""
        if not result:
            raise self._failure()
        return result

    def _number(self, result: int) -> int:
        """The result of a call that gives a size, and fails by the largest there is."""
        if is_failure(result):
            raise self._failure()
        return result

    def _failure(self) -> BaseException:
        """The style's exception for the call that has just failed."""
        return self._style.exception(take(self._engine_module))
