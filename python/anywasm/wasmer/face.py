"""What this style gives the core."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from anywasm import core
from anywasm.core import CapabilityError, Failure, Kind
from anywasm.wasmer import convert
from anywasm.wasmer.describe import describe


class WasmerFace(core.Face):
    """wasmer's conversions, classes and errors: nearly all are RuntimeError."""

    def exception(self, failure: Failure) -> BaseException:
        if failure.kind is Kind.UNSUPPORTED:
            return CapabilityError(failure.message, failure.capability)
        if failure.kind is Kind.TRAP:
            return RuntimeError(_trap(failure))
        if failure.kind is Kind.MALFORMED:
            return RuntimeError(f"Validation error: {failure.message}")
        if failure.kind is Kind.INCOMPATIBLE:
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
        values = value if isinstance(value, tuple) else () if value is None else (value,)
        if len(values) < len(ty.results):
            names = [f"[{', '.join(t.name for t in types)}]" for types in (ty.results, ty.results[: len(values)])]
            raise RuntimeError(f"Dynamic function returned wrong signature. Expected {names[0]} but got {names[1]}")
        return [convert.to_wasm(result, item) for result, item in zip(ty.results, values)]


def _trap(failure: Failure) -> str:
    text = failure.trap_code.text if failure.trap_code is not None else failure.message
    lines = [f"RuntimeError: {text}"]
    for frame in failure.frames:
        names = frame.func_name or "<unnamed>", frame.module_name or "<module>"
        lines.append(f"    at {names[0]} ({names[1]}[{frame.func_index}]:{frame.module_offset:#x})")
    return "\n".join(lines)


FACE = WasmerFace()
