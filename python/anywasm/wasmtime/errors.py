"""wasmtime-py's exceptions: a `Trap` is not a `WasmtimeError`."""

from __future__ import annotations

from typing import Optional

from anywasm import core
from anywasm.core import Frame, TrapCode
from anywasm.core.errors import Failure

__all__ = ["Frame", "MissingCapability", "Trap", "TrapCode", "WasmtimeError"]


class WasmtimeError(Exception):
    """Anything but a trap that goes wrong."""


class MissingCapability(WasmtimeError, core.CapabilityError):
    """The engine lacks a capability: an error of this style, and `anywasm.CapabilityError` too."""

    def __init__(self, message: str, capability: str | None) -> None:
        core.CapabilityError.__init__(self, message, capability)


class Trap(Exception):
    """WebAssembly trapped; or, made with a message, what a host function raises to trap.

    >>> from anywasm.wasmtime import Trap
    >>> Trap("out of patience").message
    'out of patience'
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self._message = message
        self._frames: tuple[Frame, ...] = ()
        self._trap_code: Optional[TrapCode] = None

    @classmethod
    def _of(cls, failure: Failure) -> Trap:
        trap = cls(_message(failure))
        trap._frames, trap._trap_code = failure.frames, failure.trap_code
        return trap

    @property
    def message(self) -> str:
        """What happened, with the backtrace."""
        return self._message

    @property
    def frames(self) -> list[Frame]:
        """The functions it went through, innermost first."""
        return list(self._frames)

    @property
    def trap_code(self) -> Optional[TrapCode]:
        """Why WebAssembly trapped; None for a trap made by the host."""
        return self._trap_code

    def __str__(self) -> str:
        return self._message


def _message(failure: Failure) -> str:
    # An engine that writes a whole backtrace knows more than we do, such as the address of a memory fault.
    if failure.trap_code is None or "wasm backtrace" in failure.message:
        return failure.message
    text = failure.trap_code.text
    if failure.trap_code is TrapCode.UNREACHABLE_CODE_REACHED:
        text = "wasm `unreachable` instruction executed"
    if not failure.frames:
        return f"wasm trap: {text}"
    lines = ["error while executing at wasm backtrace:"]
    for index, frame in enumerate(failure.frames):
        function = frame.func_name or f"<wasm function {frame.func_index}>"
        lines.append(f"{index:5}: {frame.module_offset:#8x} - {frame.module_name or '<unknown>'}!{function}")
    return "\n".join([*lines, "", "Caused by:", f"    wasm trap: {text}"])
