"""What the shim says when a call fails."""

from __future__ import annotations

from typing import Any, NamedTuple

from anywasm.core._constants import ErrorKind as ErrorKind
from anywasm.core.trap import Frame, TrapCode
from anywasm.engines import EngineModule, engines


class CapabilityError(RuntimeError):
    """The engine lacks a capability that was asked for; the text says which installed engine has it."""

    def __init__(self, message: str, capability: str | None = None) -> None:
        super().__init__(message)
        #: The capability's name, as in `anywasm engines`.
        self.capability = capability


class Failure(NamedTuple):
    """A failed call, before a style has made an exception of it."""

    kind: ErrorKind
    message: str
    #: A trap's code, or None where the engine does not tell.
    trap_code: TrapCode | None
    #: A mistyped import's position among the module's imports; -1 where that is not the problem.
    import_index: int
    #: The capability that is missing, by name.
    capability: str | None
    #: Of a trap, innermost first.
    frames: tuple[Frame, ...]
    #: What the host function that failed returned.
    token: int
    #: What a WASI program ended with; unsigned.
    exit_code: int | None = None

    @classmethod
    def of(cls, kind: ErrorKind, message: str) -> Failure:
        """One that this package found by itself."""
        return cls(kind, message, None, -1, None, (), 0)


def lacking(engine_module: EngineModule, capability: str, what: str) -> Failure:
    """What is said where an engine lacks a capability that something needs, before the shim is asked."""
    message = (
        f"the engine `{engine_module.name}` lacks the capability `{capability}` ({engine_module.meanings[capability]})"
    )
    text = f"{message}, which {what} needs; {_who_has(capability)}"
    return Failure(ErrorKind.UNSUPPORTED, text, None, -1, capability, (), 0)


def take(engine_module: EngineModule) -> Failure:
    """The failure of the last call on this thread."""
    return _read(engine_module, engine_module.lib.aw_error_take())


def _read(engine_module: EngineModule, error: Any) -> Failure:
    if not error:
        return Failure.of(ErrorKind.PANIC, "the call failed without an error: a bug in anywasm")
    try:
        kind, code, message = ErrorKind(error.kind), error.code, engine_module.text(error.message)
        capability = None
        if kind is ErrorKind.UNSUPPORTED and code >= 0:
            capability = engine_module.capability_name(code)
            message = f"{message}; {_who_has(capability)}"
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


def _who_has(capability: str) -> str:
    names = [info.name for info in engines() if capability in info.capabilities]
    return f"installed engines that have it: {', '.join(names) or 'none'}"
