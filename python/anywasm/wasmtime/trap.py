"""The class `Trap`, with its codes and stack frames."""

from __future__ import annotations

import enum
import os
import re
from typing import Optional

from anywasm import core
from anywasm.wasmtime.argument_types import check_texts
from anywasm.wasmtime.described import Described
from anywasm.wasmtime.errors import ExitTrap, Picklable, WasmtimeError
from anywasm.wasmtime.managed import Managed


class TrapCode(enum.Enum):
    """The reason for a trap. The numbers come from wasmtime's header `trap.h`.

    The codes from 17 to 48 belong to the component model and to proposals.
    """

    STACK_OVERFLOW = 0
    MEMORY_OUT_OF_BOUNDS = 1
    HEAP_MISALIGNED = 2
    TABLE_OUT_OF_BOUNDS = 3
    INDIRECT_CALL_TO_NULL = 4
    BAD_SIGNATURE = 5
    INTEGER_OVERFLOW = 6
    INTEGER_DIVISION_BY_ZERO = 7
    BAD_CONVERSION_TO_INTEGER = 8
    UNREACHABLE = 9
    INTERRUPT = 10
    OUT_OF_FUEL = 11
    ATOMIC_WAIT_NON_SHARED_MEMORY = 12
    NULL_REFERENCE = 13
    ARRAY_OUT_OF_BOUNDS = 14
    ALLOCATION_TOO_LARGE = 15
    CAST_FAILURE = 16
    CANNOT_ENTER_COMPONENT = 17
    NO_ASYNC_RESULT = 18
    UNHANDLED_TAG = 19
    CONTINUATION_ALREADY_CONSUMED = 20
    DISABLED_OPCODE = 21
    ASYNC_DEADLOCK = 22
    CANNOT_LEAVE_COMPONENT = 23
    CANNOT_BLOCK_SYNC_TASK = 24
    INVALID_CHAR = 25
    DEBUG_ASSERT_STRING_ENCODING_FINISHED = 26
    DEBUG_ASSERT_EQUAL_CODE_UNITS = 27
    DEBUG_ASSERT_POINTER_ALIGNED = 28
    DEBUG_ASSERT_UPPER_BITS_UNSET = 29
    STRING_OUT_OF_BOUNDS = 30
    LIST_OUT_OF_BOUNDS = 31
    INVALID_DISCRIMINANT = 32
    UNALIGNED_POINTER = 33
    TASK_CANCEL_NOT_CANCELLED = 34
    TASK_CANCEL_OR_RETURN_TWICE = 35
    SUBTASK_CANCEL_AFTER_TERMINAL = 36
    TASK_RETURN_INVALID = 37
    WAITABLE_SET_DROP_HAS_WAITERS = 38
    SUBTASK_DROP_NOT_RESOLVED = 39
    THREAD_NEW_INDIRECT_INVALID_TYPE = 40
    THREAD_NEW_INDIRECT_UNINITIALIZED = 41
    BACKPRESSURE_OVERFLOW = 42
    UNSUPPORTED_CALLBACK_CODE = 43
    CANNOT_RESUME_THREAD = 44
    CONCURRENT_FUTURE_STREAM_OP = 45
    REFERENCE_COUNT_OVERFLOW = 46
    STREAM_OP_TOO_BIG = 47
    WAITABLE_SYNC_AND_ASYNC = 48
    UNCAUGHT_EXCEPTION = 49


class Frame(Described[core.Frame]):
    """A stack frame of a trap: a WebAssembly function that was running when the trap occurred."""

    @property
    def func_index(self) -> int:
        """The index of the function in the module's function index space."""
        return self._core_object.func_index

    @property
    def func_name(self) -> Optional[str]:
        """The name of the function, or None if it is unknown."""
        return self._core_object.func_name

    @property
    def module_name(self) -> Optional[str]:
        """The name of the module, or None if it is unknown."""
        return self._core_object.module_name

    @property
    def func_offset(self) -> int:
        """The offset of the current instruction in the function, in bytes, or 0 if the engine does not report it."""
        return self._core_object.func_offset

    @property
    def module_offset(self) -> int:
        """The offset of the current instruction in the module, in bytes, or 0 if the engine does not report it."""
        return self._core_object.module_offset


class Trap(Picklable, Managed):
    """The exception for a trap. A trap ends a call of WebAssembly. A host function causes a trap with `Trap(message)`.

    >>> from anywasm.wasmtime import Trap
    >>> Trap("out of patience").message
    'out of patience'
    """

    def __init__(self, message: str) -> None:
        check_texts(message)
        super().__init__(message)
        self._core_init(message)

    @classmethod
    def _core_from_failure(cls, failure: core.Failure) -> Trap:
        trap = cls.__new__(cls)
        trap._core_init(_trap_message(failure), failure.frames, failure.trap_code)
        return trap

    def _core_init(
        self, message: str, frames: tuple[core.Frame, ...] = (), code: Optional[core.TrapCode] = None
    ) -> None:
        self._core_message, self._core_frames = message, frames
        self._core_code = None if code is None else TrapCode(code.value)
        self._core_set_open()

    @property
    def message(self) -> str:
        """The reason for the trap, with a backtrace if the engine reports one."""
        self._core_check_open()
        return self._core_message

    @property
    def frames(self) -> list[Frame]:
        """The stack frames, innermost first. The list is empty if the engine does not report stack frames."""
        self._core_check_open()
        return [Frame._core_wrap(frame) for frame in self._core_frames]

    @property
    def trap_code(self) -> Optional[TrapCode]:
        """The code of the trap, or None for a trap that the host has caused."""
        self._core_check_open()
        return self._core_code

    def __str__(self) -> str:
        return self.message


def _trap_message(failure: core.Failure) -> str:
    # An engine that adds a backtrace itself also adds other details, e.g. the address of a memory fault, so its message
    # stays unchanged.
    if failure.trap_code is None or "wasm backtrace" in failure.message:
        return failure.message
    if failure.trap_code is core.TrapCode.UNCAUGHT_EXCEPTION:
        text = "thrown Wasm exception"
    elif failure.trap_code is core.TrapCode.UNREACHABLE_CODE_REACHED:
        text = "wasm trap: wasm `unreachable` instruction executed"
    else:
        text = f"wasm trap: {failure.trap_code.text}"
    return _with_backtrace(failure, text)


#: The environment variable that makes wasmtime read the debug information of modules.
_DETAILS = "WASMTIME_BACKTRACE_DETAILS"

#: The lowest exit code that wasmtime rejects. The codes from 126 on are reserved for the host.
_FIRST_RESERVED_EXIT_CODE = 126


def exit_error(failure: core.Failure) -> WasmtimeError:
    """Creates the error for a WASI program that has called `proc_exit`.

    The error is an `ExitTrap`. As in wasmtime, it is a plain WasmtimeError if the exit code is reserved for the host.
    """
    code = failure.exit_code or 0
    if code >= _FIRST_RESERVED_EXIT_CODE:
        text = "exit with invalid exit status outside of [0..126)"
        invalid = WasmtimeError._core_from_engine(_with_backtrace(failure, text))
        invalid._core_exit_code = code
        return invalid
    error = ExitTrap._core_from_engine(_with_backtrace(failure, failure.message))
    assert isinstance(error, ExitTrap)
    error.code = error._core_exit_code = code
    return error


def _with_backtrace(failure: core.Failure, text: str) -> str:
    if not failure.frames:
        return text
    lines = ["error while executing at wasm backtrace:"]
    for index, frame in enumerate(failure.frames):
        function = frame.func_name or f"<wasm function {frame.func_index}>"
        lines.append(f"{index:5}: {frame.module_offset:#8x} - {frame.module_name or '<unknown>'}!{function}")
    # wasmtime adds this note if it could read more from the module, unless the environment variable asks for it.
    if any(frame.has_debug_info for frame in failure.frames) and os.environ.get(_DETAILS) != "1":
        lines.append(f"note: using the `{_DETAILS}=1` environment variable may show more debugging information")
    return "\n".join([*lines, "", "Caused by:", f"    {text}", ""])


def with_context(context: str, text: str) -> str:
    """Returns an error's text with one more message in front of its causes, numbered as wasmtime does."""
    message, _, causes = text.partition("\n\nCaused by:\n    ")
    if not causes:
        return f"{context}\n\nCaused by:\n    {message}\n"
    # Several causes are numbered, one cause is not.
    numbered = re.split(r"^ *\d: ", causes, flags=re.MULTILINE)[1:]
    chain = [message, *(numbered or [causes])]
    return f"{context}\n\nCaused by:\n" + "".join(f"{index:5}: {each.rstrip()}\n" for index, each in enumerate(chain))
