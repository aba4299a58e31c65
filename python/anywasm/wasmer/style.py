"""The adapters that give the core this style's conversions, classes and errors."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from anywasm import core
from anywasm.core import CapabilityError, ErrorKind, Failure
from anywasm.wasmer import convert
from anywasm.wasmer.describe import describe, val_types


class WasmerAdapter(core.StyleAdapter):
    """The conversions, classes and errors of wasmer 1.1. Nearly all errors are RuntimeError."""

    def exception(self, failure: Failure) -> BaseException:
        if failure.kind is ErrorKind.UNSUPPORTED:
            return CapabilityError(failure.message, failure.capability)
        if failure.kind is ErrorKind.TRAP:
            return RuntimeError(_trap_text(failure))
        if failure.kind is ErrorKind.EXIT:
            return RuntimeError(f"RuntimeError: WASI exited with code: {failure.exit_code}")
        if failure.kind is ErrorKind.MALFORMED:
            return RuntimeError(f"Validation error: {_with_decimal_offset(failure.message)}")
        if failure.kind is ErrorKind.INCOMPATIBLE:
            return RuntimeError(f"incompatible binary: {failure.message}")
        return RuntimeError(failure.message)

    def link_error(self, expected: core.Import, actual: core.ExternType | None, failure: Failure) -> BaseException:
        where = f'Error while importing "{expected.module}"."{expected.name}"'
        received = describe(actual) if actual else "an opaque reference"
        return RuntimeError(
            f"{where}: incompatible import type. Expected {describe(expected.type)} but received {received}"
        )

    def host_results(self, ty: core.FuncType, value: Any) -> Sequence[Any]:
        if not ty.results:
            return ()
        # None is a null reference if the first result is a reference. Otherwise, None means no result.
        is_empty = value is None and ty.results[0] not in (core.ValType.FUNCREF, core.ValType.EXTERNREF)
        items = value if isinstance(value, tuple) else () if is_empty else (value,)
        values = [convert.to_wasm(result, item) for result, item in zip(ty.results, items)]
        if len(values) < len(ty.results):
            wanted, given = val_types(ty.results), val_types(ty.results[: len(values)])
            text = f"Dynamic function returned wrong signature. Expected {wanted} but got {given}"
            raise RuntimeError(f"RuntimeError: {text}")
        return values


def _with_decimal_offset(text: str) -> str:
    """Rewrites the offset in an error text from hexadecimal to decimal, as in wasmer's error texts."""
    return re.sub(r"\(at offset (0x[0-9a-f]+)\)", lambda match: f"(at offset {int(match[1], 16)})", text)


def _trap_text(failure: Failure) -> str:
    text = failure.trap_code.text if failure.trap_code is not None else failure.message
    lines = [f"RuntimeError: {text}"]
    for frame in failure.frames:
        func_name, module_name = frame.func_name or "<unnamed>", frame.module_name or "<module>"
        lines.append(f"    at {func_name} ({module_name}[{frame.func_index}]:{frame.module_offset:#x})")
    return "\n".join(lines)


class TextAdapter(WasmerAdapter):
    """The adapter for `wat2wasm` and `wasm2wat`, whose errors have no prefix such as "Validation error"."""

    def exception(self, failure: Failure) -> BaseException:
        return RuntimeError(_with_decimal_offset(failure.message))


STYLE = WasmerAdapter()
TEXT_STYLE = TextAdapter()
