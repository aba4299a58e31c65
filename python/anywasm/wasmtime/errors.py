"""The exceptions of wasmtime-py, except `Trap`, which is in `trap.py` and is no `WasmtimeError`."""

from __future__ import annotations

from typing import Any, Optional

from anywasm import core
from anywasm.wasmtime.managed import Managed


class Picklable(Exception):
    """An exception that can be pickled and copied, so that a worker process can send it to its parent process."""

    def __reduce__(self) -> Any:
        return _rebuild, (type(self), self.args, self.__dict__)


def _rebuild(cls: type[Picklable], args: tuple[Any, ...], state: dict[str, Any]) -> Picklable:
    # Without a call of `__init__`, whose parameters differ between the classes.
    error = cls.__new__(cls, *args)
    error.__dict__.update(state)
    return error


class WasmtimeError(Picklable, Managed):
    """Any error but a trap. An error that a program makes has the message in `args`.

    >>> from anywasm.wasmtime import WasmtimeError
    >>> WasmtimeError("no such luck").args
    ('no such luck',)
    """

    _message: str
    #: Whether a program made the error, by a call of the class.
    _made_by_program: bool
    #: The exit code of a WASI program, unsigned. Only `ExitTrap` shows it to programs, as in wasmtime-py.
    _exit_code: Optional[int] = None

    def __init__(self, message: str) -> None:
        message.encode()  # AttributeError for an object that is not a str, as in wasmtime-py.
        super().__init__(message)
        self._message, self._made_by_program = message, True
        self._set_open()

    @classmethod
    def _from_engine(cls, message: str) -> WasmtimeError:
        """Makes an error for a failed call of the engine."""
        error = cls.__new__(cls)
        error._message, error._made_by_program = message, False
        error._set_open()
        return error

    def __str__(self) -> str:
        # In wasmtime-py, closing an error of the engine frees its message. An error made by a program keeps it.
        if not self._made_by_program:
            self._check_open()
        return self._message


class ExitTrap(WasmtimeError):
    """A WASI program called `proc_exit`. `code` is the exit code.

    >>> from anywasm.wasmtime import ExitTrap, Trap, WasmtimeError
    >>> issubclass(ExitTrap, WasmtimeError), issubclass(ExitTrap, Trap)
    (True, False)
    """

    code: int


class MissingCapability(WasmtimeError, core.CapabilityError):
    """The engine lacks a capability. This is both a `WasmtimeError` and an `anywasm.CapabilityError`."""

    def __init__(self, message: str, capability: Optional[str]) -> None:
        WasmtimeError.__init__(self, message)
        self.capability = capability
