"""Defines the style adapters of the API of wasmer 1.1.

A style adapter is the object through which the core converts values, and creates objects and exceptions, by the rules
of an API.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from anywasm import core
from anywasm.core import CapabilityError, ErrorKind, Failure
from anywasm.wasmer import convert
from anywasm.wasmer.describe import format_extern_type, format_val_types


class WasmerAdapter(core.StyleAdapter):
    """The style adapter for wasmer 1.1. Nearly all exceptions of wasmer 1.1 are RuntimeError."""

    def exception(self, failure: Failure) -> BaseException:
        if failure.kind is ErrorKind.UNSUPPORTED:
            return CapabilityError(failure.message, failure.capability)
        if failure.kind is ErrorKind.TRAP:
            return RuntimeError(_format_trap(failure))
        if failure.kind is ErrorKind.MEMORY:
            return MemoryError(failure.message)
        if failure.kind is ErrorKind.EXIT:
            return RuntimeError(f"RuntimeError: WASI exited with code: {failure.exit_code}")
        if failure.kind is ErrorKind.MALFORMED:
            text = _with_decimal_offset(failure.message)
            if failure.disabled_features:
                text = f"the engine was made without {failure.disabled_features}, which the module needs: {text}"
            return RuntimeError(f"Validation error: {text}")
        if failure.kind is ErrorKind.INCOMPATIBLE:
            is_foreign = failure.message.startswith("not a serialized module")
            problem = "The provided bytes are not wasmer-universal" if is_foreign else failure.message
            return RuntimeError(f"incompatible binary: {problem}")
        return RuntimeError(failure.message)

    def link_error(self, expected: core.Import, actual: core.ExternType | None, failure: Failure) -> BaseException:
        prefix = f'Error while importing "{expected.module}"."{expected.name}"'
        received = format_extern_type(actual) if actual else "an opaque reference"
        return RuntimeError(
            f"{prefix}: incompatible import type. Expected {format_extern_type(expected.type)} but received {received}"
        )

    def host_results(self, ty: core.FuncType, value: Any) -> Sequence[Any]:
        if not ty.results:
            return ()
        # If the type of the first result is a reference type, None is a null reference. Otherwise, None means that the
        # callable has returned no results.
        no_results = value is None and ty.results[0] not in (core.ValType.FUNCREF, core.ValType.EXTERNREF)
        items = value if isinstance(value, tuple) else () if no_results else (value,)
        plain_values = [convert.to_wasm(result, item) for result, item in zip(ty.results, items)]
        if len(plain_values) < len(ty.results):
            expected, actual = format_val_types(ty.results), format_val_types(ty.results[: len(plain_values)])
            text = f"Dynamic function returned wrong signature. Expected {expected} but got {actual}"
            raise RuntimeError(f"RuntimeError: {text}")
        return plain_values


def _with_decimal_offset(text: str) -> str:
    """Changes the offset in an error text from hexadecimal to decimal, as in wasmer's error texts."""
    return re.sub(r"\(at offset (0x[0-9a-f]+)\)", lambda match: f"(at offset {int(match[1], 16)})", text)


def _format_trap(failure: Failure) -> str:
    """Returns the error text for a trap: the reason of the trap, and a line for each frame of the backtrace."""
    text = failure.trap_code.text if failure.trap_code is not None else failure.message
    lines = [f"RuntimeError: {text}"]
    for frame in failure.frames:
        func_name, module_name = frame.func_name or "<unnamed>", frame.module_name or "<module>"
        lines.append(f"    at {func_name} ({module_name}[{frame.func_index}]:{frame.module_offset:#x})")
    return "\n".join(lines)


class TextAdapter(WasmerAdapter):
    """The style adapter for `wat2wasm` and `wasm2wat`. Its error texts have no prefix such as "Validation error"."""

    def exception(self, failure: Failure) -> BaseException:
        if failure.kind is ErrorKind.MEMORY:
            return super().exception(failure)
        return RuntimeError(_with_decimal_offset(failure.message))


STYLE = WasmerAdapter()
TEXT_STYLE = TextAdapter()
