"""The exceptions of wasmtime-py, except `Trap`.

`Trap` is not a `WasmtimeError`. Its class is in `trap.py`.
"""

from __future__ import annotations

from typing import Any, Optional

from anywasm import core
from anywasm.wasmtime.argument_types import check_texts
from anywasm.wasmtime.managed import Managed


class Picklable(Exception):
    """Base class of exceptions that can be pickled and copied.

    A worker process can therefore send the exception to its parent process.
    """

    def __reduce__(self) -> Any:
        return _rebuild, (type(self), self.args, self.__dict__)


def _rebuild(cls: type[Picklable], args: tuple[Any, ...], state: dict[str, Any]) -> Picklable:
    # Does not call `__init__`, because its parameters differ between the classes.
    error = cls.__new__(cls, *args)
    error.__dict__.update(state)
    return error


class WasmtimeError(Picklable, Managed):
    """Any error except a trap. If a program creates the error itself, `args` contains the message.

    >>> from anywasm.wasmtime import WasmtimeError
    >>> WasmtimeError("no such luck").args
    ('no such luck',)
    """

    _core_message: str
    #: True if a program created the error by calling the class, False if a call of the engine failed.
    _core_created_by_program: bool
    #: The unsigned exit code of a WASI program that has called `proc_exit`, otherwise None. As in wasmtime-py, only
    #: `ExitTrap` has a public attribute for the exit code.
    _core_exit_code: Optional[int] = None

    def __init__(self, message: str) -> None:
        check_texts(message)
        super().__init__(message)
        self._core_message, self._core_created_by_program = message, True
        self._core_set_open()

    @classmethod
    def _core_from_engine(cls, message: str) -> WasmtimeError:
        """Creates an error for a failed call of the engine."""
        error = cls.__new__(cls)
        error._core_message, error._core_created_by_program = message, False
        error._core_set_open()
        return error

    def __str__(self) -> str:
        # As in wasmtime-py, closing an error frees the message of the engine, but not the message of a program.
        if not self._core_created_by_program:
            self._core_check_open()
        return self._core_message


class ExitTrap(WasmtimeError):
    """The error for a WASI program that has called `proc_exit`. `code` is the exit code, from 0 to 125.

    >>> from anywasm.wasmtime import ExitTrap, Trap, WasmtimeError
    >>> issubclass(ExitTrap, WasmtimeError), issubclass(ExitTrap, Trap)
    (True, False)
    """

    code: int


class MissingCapability(WasmtimeError, core.CapabilityError):
    """The error for a call that needs a capability that the engine lacks.

    Programs can catch this error as a `WasmtimeError` or as an `anywasm.CapabilityError`.
    """

    def __init__(self, message: str, capability: Optional[str]) -> None:
        WasmtimeError.__init__(self, message)
        self.capability = capability
