"""What this style gives the core."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from anywasm import core
from anywasm.core import ErrorKind, Failure
from anywasm.wasmtime import convert, mismatch
from anywasm.wasmtime.errors import MissingCapability, WasmtimeError
from anywasm.wasmtime.trap import Trap, exited


class WasmtimeFace(core.StyleAdapter):
    """wasmtime-py's conversions, classes and errors."""

    def exception(self, failure: Failure) -> BaseException:
        if failure.kind is ErrorKind.TRAP:
            return Trap._of(failure)
        if failure.kind is ErrorKind.EXIT:
            return exited(failure)
        if failure.kind is ErrorKind.UNSUPPORTED:
            return MissingCapability(failure.message, failure.capability)
        if failure.kind is ErrorKind.CLOSED:
            return ValueError("already closed")
        return WasmtimeError._of(failure.message)

    def link_error(self, asked: core.Import, given: core.ExternType | None, failure: Failure) -> BaseException:
        cause = mismatch.describe(asked.type, given)
        text = f"incompatible import type for `{asked.module}::{asked.name}`\n\nCaused by:\n    {cause}\n"
        return WasmtimeError._of(text)

    def host_results(self, ty: core.FuncType, value: Any) -> Sequence[Any]:
        if not ty.results:
            if value is not None:
                raise WasmtimeError("callback produced results when it shouldn't")
            return ()
        values = [value] if len(ty.results) == 1 else value
        if len(values) != len(ty.results):
            raise WasmtimeError("callback produced wrong number of results")
        return [convert.to_wasm(result, item) for result, item in zip(ty.results, values)]


STYLE = WasmtimeFace()
