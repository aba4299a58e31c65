"""Failed calls of the shim, as Python values."""

from __future__ import annotations

from typing import Any, NamedTuple

from anywasm.core._constants import ErrorKind as ErrorKind
from anywasm.core.trap import Frame, TrapCode
from anywasm.engines import EngineModule, engines


class CapabilityError(RuntimeError):
    """The engine lacks a capability that the call needs. The message names the installed engines that have it."""

    def __init__(self, message: str, capability: str | None = None) -> None:
        super().__init__(message)
        #: The capability's name, as in `anywasm engines`.
        self.capability = capability


class Failure(NamedTuple):
    """Describes a failed call. A style turns a failure into its own exception (`StyleAdapter.exception`)."""

    kind: ErrorKind
    message: str
    #: The code of a trap; None if the engine does not report one.
    trap_code: TrapCode | None
    #: The position of a mistyped import among the module's imports; -1 if the failure has another reason.
    import_index: int
    #: The name of the missing capability.
    capability: str | None
    #: The backtrace of a trap, innermost frame first.
    frames: tuple[Frame, ...]
    #: The token that the failed host function returned (`core/parking.py`); 0 if no host function failed.
    token: int
    #: The exit code of a WASI program that ended itself, as an unsigned number.
    exit_code: int | None = None

    @classmethod
    def of(cls, kind: ErrorKind, message: str) -> Failure:
        """Creates a failure that Python code detects, without a call of the shim."""
        return cls(kind, message, None, -1, None, (), 0)


def lacking(engine_module: EngineModule, capability: str, what: str) -> Failure:
    """Creates the failure for an engine that lacks a capability which `what` needs, without a call of the shim."""
    message = (
        f"the engine `{engine_module.name}` lacks the capability `{capability}` ({engine_module.meanings[capability]})"
    )
    text = f"{message}, which {what} needs; {_engines_with(capability)}"
    return Failure(ErrorKind.UNSUPPORTED, text, None, -1, capability, (), 0)


def take_failure(engine_module: EngineModule) -> Failure:
    """Returns the failure of the last failed call on this thread, and removes it from the shim."""
    return _read(engine_module, engine_module.lib.aw_error_take())


def _read(engine_module: EngineModule, error: Any) -> Failure:
    if not error:
        return Failure.of(ErrorKind.PANIC, "the call failed without an error: a bug in anywasm")
    try:
        kind, code, message = ErrorKind(error.kind), error.code, engine_module.text(error.message)
        capability = None
        if kind is ErrorKind.UNSUPPORTED and code >= 0:
            capability = engine_module.capability_name(code)
            message = f"{message}; {_engines_with(capability)}"
        trap_code = TrapCode(code) if kind is ErrorKind.TRAP and code in TrapCode._value2member_map_ else None
        frames = tuple(_frame(engine_module, error.frames[index]) for index in range(error.frames_len))
        index = code if kind is ErrorKind.LINK else -1
        exit_code = code % (1 << 32) if kind is ErrorKind.EXIT else None
        return Failure(kind, message, trap_code, index, capability, frames, error.token, exit_code)
    finally:
        engine_module.lib.aw_error_delete(error)


def _frame(engine_module: EngineModule, raw: Any) -> Frame:
    names = (engine_module.text(name) if name.data else None for name in (raw.func_name, raw.module_name))
    return Frame(raw.func_index, raw.func_offset, raw.module_offset, *names)


def _engines_with(capability: str) -> str:
    names = [info.name for info in engines() if capability in info.capabilities]
    return f"installed engines that have it: {', '.join(names) or 'none'}"
