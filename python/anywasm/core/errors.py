"""Converts the shim's errors to Python values."""

from __future__ import annotations

from typing import Any, NamedTuple

from anywasm.core._constants import ErrorKind as ErrorKind
from anywasm.core.trap import Frame, TrapCode
from anywasm.engines import EngineModule, engines


class CapabilityError(RuntimeError):
    """The engine lacks a capability that the call needs.

    The message lists the installed engines that have the capability.
    """

    def __init__(self, message: str, capability: str | None = None) -> None:
        super().__init__(message)
        #: The capability's name, which `anywasm engines` lists. None if the missing ability has no such name.
        self.capability = capability


class Failure(NamedTuple):
    """Describes a failed call. An API style turns a failure into its own exception (`StyleAdapter.exception`)."""

    kind: ErrorKind
    message: str
    #: The trap code. None if the failure is not a trap, or if the engine does not report a trap code.
    trap_code: TrapCode | None
    #: The position, in `Module.import_list`, of the import that has the wrong type. -1 for any other failure.
    import_index: int
    #: The name of the missing capability. None for any other failure.
    capability: str | None
    #: The backtrace of a trap, innermost frame first. For a module with an invalid function, one frame: the function,
    #: and the offset of the invalid instruction. Empty for any other failure.
    frames: tuple[Frame, ...]
    #: The number under which `core/parking.py` stores the Python exception that ended the guest. 0 if no Python
    #: exception ended the guest.
    token: int
    #: The exit code, from 0 to 2**32 - 1, of a WASI program that called `proc_exit`. None for any other failure.
    exit_code: int | None = None
    #: The names of the features that a module needs and that the engine was made without. Empty for any other failure.
    disabled_features: str = ""

    @classmethod
    def of(cls, kind: ErrorKind, message: str) -> Failure:
        """Creates the description of a failure that Python code, not the shim, has detected."""
        return cls(kind, message, None, -1, None, (), 0)


def missing_capability(engine_module: EngineModule, capability: str, feature: str) -> Failure:
    """Creates the failure for an engine that lacks a capability, when Python code, not the shim, has detected this.

    `feature` names the feature that needs the capability, for the message.
    """
    message = (
        f"the engine `{engine_module.name}` lacks the capability `{capability}` ({engine_module.meanings[capability]})"
    )
    text = f"{message}, which {feature} needs; {_capable_engines_text(capability)}"
    return Failure(ErrorKind.UNSUPPORTED, text, None, -1, capability, (), 0)


def take_failure(engine_module: EngineModule) -> Failure:
    """Returns the failure of the last failed call on this thread, and removes the failure from the shim."""
    return _read(engine_module, engine_module.lib.aw_error_take())


def _read(engine_module: EngineModule, error: Any) -> Failure:
    """Converts an `aw_error *` to a failure, and deletes the `aw_error`. `error` may be NULL."""
    if not error:
        return Failure.of(ErrorKind.PANIC, "the call failed without an error: a bug in anywasm")
    try:
        kind, code, message = ErrorKind(error.kind), error.code, engine_module.text(error.message)
        capability = None
        if kind is ErrorKind.UNSUPPORTED and code >= 0:
            capability = engine_module.capability_name(code)
            message = f"{message}; {_capable_engines_text(capability)}"
        trap_code = TrapCode(code) if kind is ErrorKind.TRAP and code in TrapCode._value2member_map_ else None
        frames = tuple(_frame(engine_module, error.frames[index]) for index in range(error.frames_len))
        import_index = code if kind is ErrorKind.LINK else -1
        exit_code = code % (1 << 32) if kind is ErrorKind.EXIT else None
        disabled = engine_module.text(error.disabled_features)
        return Failure(kind, message, trap_code, import_index, capability, frames, error.token, exit_code, disabled)
    finally:
        engine_module.lib.aw_error_delete(error)


def _frame(engine_module: EngineModule, raw: Any) -> Frame:
    func_name, module_name = (
        engine_module.text(name) if name.data else None for name in (raw.func_name, raw.module_name)
    )
    return Frame(raw.func_index, raw.func_offset, raw.module_offset, func_name, module_name, raw.has_debug_info)


def _capable_engines_text(capability: str) -> str:
    """Returns a phrase that lists the installed engines that have a capability."""
    names = [info.name for info in engines() if capability in info.capabilities]
    return f"installed engines that have it: {', '.join(names) or 'none'}"
