"""wasmtime-py's exceptions but `Trap`, which is none of them."""

from __future__ import annotations

from typing import Any, Optional

from anywasm import core
from anywasm.wasmtime.managed import Managed


class Picklable(Exception):
    """An exception that can be pickled and copied however it was made, so that it can leave a worker process."""

    def __reduce__(self) -> Any:
        return _remade, (type(self), self.args, self.__dict__)


def _remade(cls: type[Picklable], args: tuple[Any, ...], state: dict[str, Any]) -> Picklable:
    error = cls.__new__(cls, *args)
    error.__dict__.update(state)
    return error


class WasmtimeError(Picklable, Managed):
    """Anything but a trap that goes wrong. One that is made by hand has its message as its argument.

    >>> from anywasm.wasmtime import WasmtimeError
    >>> WasmtimeError("no such luck").args
    ('no such luck',)
    """

    _message: str
    _by_hand: bool
    #: What a WASI program ended with, also where wasmtime-py does not tell.
    _exit_code: Optional[int] = None

    def __init__(self, message: str) -> None:
        message.encode()  # An AttributeError for what is no text, as in wasmtime-py.
        super().__init__(message)
        self._message, self._by_hand = message, True
        self._set_open()

    @classmethod
    def _of(cls, message: str) -> WasmtimeError:
        """The error for what the shim says."""
        error = cls.__new__(cls)
        error._message, error._by_hand = message, False
        error._set_open()
        return error

    def __str__(self) -> str:
        # An error of the engine's holds its message there, so that it is gone when it is closed.
        if not self._by_hand:
            self._check_open()
        return self._message


class ExitTrap(WasmtimeError):
    """A WASI program called `proc_exit`; `code` is what it called it with.

    >>> from anywasm.wasmtime import ExitTrap, Trap, WasmtimeError
    >>> issubclass(ExitTrap, WasmtimeError), issubclass(ExitTrap, Trap)
    (True, False)
    """

    code: int


class MissingCapability(WasmtimeError, core.CapabilityError):
    """The engine lacks a capability: an error of this style, and `anywasm.CapabilityError` too."""

    def __init__(self, message: str, capability: Optional[str]) -> None:
        WasmtimeError.__init__(self, message)
        self.capability = capability
