"""What this style gives the core."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from anywasm import core
from anywasm.core import CapabilityError, ErrorKind, Failure
from anywasm.wasmer import convert
from anywasm.wasmer.describe import describe, val_types


class WasmerFace(core.StyleAdapter):
    """wasmer's conversions, classes and errors: nearly all are RuntimeError."""

    def exception(self, failure: Failure) -> BaseException:
        if failure.kind is ErrorKind.UNSUPPORTED:
            return CapabilityError(failure.message, failure.capability)
        if failure.kind is ErrorKind.TRAP:
            return RuntimeError(_trap(failure))
        if failure.kind is ErrorKind.EXIT:
            return RuntimeError(f"RuntimeError: WASI exited with code: {failure.exit_code}")
        if failure.kind is ErrorKind.MALFORMED:
            return RuntimeError(f"Validation error: {_in_decimal(failure.message)}")
        if failure.kind is ErrorKind.INCOMPATIBLE:
            return RuntimeError(f"incompatible binary: {failure.message}")
        return RuntimeError(failure.message)

    def link_error(self, asked: core.Import, given: core.ExternType | None, failure: Failure) -> BaseException:
        where = f'Error while importing "{asked.module}"."{asked.name}"'
        received = describe(given) if given else "an opaque reference"
        return RuntimeError(
            f"{where}: incompatible import type. Expected {describe(asked.type)} but received {received}"
        )

    def host_results(self, ty: core.FuncType, value: Any) -> Sequence[Any]:
        if not ty.results:
            return ()
        nothing = value is None and ty.results[0] not in (core.ValType.FUNCREF, core.ValType.EXTERNREF)
        items = value if isinstance(value, tuple) else () if nothing else (value,)
        values = [convert.to_wasm(result, item) for result, item in zip(ty.results, items)]
        if len(values) < len(ty.results):
            wanted, given = val_types(ty.results), val_types(ty.results[: len(values)])
            text = f"Dynamic function returned wrong signature. Expected {wanted} but got {given}"
            raise RuntimeError(f"RuntimeError: {text}")
        return values


def _in_decimal(text: str) -> str:
    """wasmer writes the place of an error in decimal."""
    return re.sub(r"\(at offset (0x[0-9a-f]+)\)", lambda match: f"(at offset {int(match[1], 16)})", text)


def _trap(failure: Failure) -> str:
    text = failure.trap_code.text if failure.trap_code is not None else failure.message
    lines = [f"RuntimeError: {text}"]
    for frame in failure.frames:
        names = frame.func_name or "<unnamed>", frame.module_name or "<module>"
        lines.append(f"    at {names[0]} ({names[1]}[{frame.func_index}]:{frame.module_offset:#x})")
    return "\n".join(lines)


class TextFace(WasmerFace):
    """The same for what only reads or writes text: errors say nothing but where the text is wrong."""

    def exception(self, failure: Failure) -> BaseException:
        return RuntimeError(_in_decimal(failure.message))


STYLE = WasmerFace()
TEXT_STYLE = TextFace()
