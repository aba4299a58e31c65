"""The style adapter: the object through which the core uses the conversions, classes and errors of this API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from anywasm import core
from anywasm.core import ErrorKind, Failure
from anywasm.wasmtime import convert, mismatch
from anywasm.wasmtime.errors import MissingCapability, WasmtimeError
from anywasm.wasmtime.trap import Trap, exit_error


class WasmtimeAdapter(core.StyleAdapter):
    """The style adapter with the conversions, classes and errors of wasmtime-py."""

    def exception(self, failure: Failure) -> BaseException:
        if failure.kind is ErrorKind.TRAP:
            return Trap._core_from_failure(failure)
        if failure.kind is ErrorKind.MEMORY:
            return MemoryError(failure.message)
        if failure.kind is ErrorKind.EXIT:
            return exit_error(failure)
        if failure.kind is ErrorKind.UNSUPPORTED:
            return MissingCapability(failure.message, failure.capability)
        if failure.kind is ErrorKind.CLOSED:
            return ValueError("already closed")
        return WasmtimeError._core_from_engine(failure.message)

    def link_error(self, expected: core.Import, actual: core.ExternType | None, failure: Failure) -> BaseException:
        cause = mismatch.describe(expected.type, actual)
        text = f"incompatible import type for `{expected.module}::{expected.name}`\n\nCaused by:\n    {cause}\n"
        return WasmtimeError._core_from_engine(text)

    def host_results(self, ty: core.FuncType, value: Any) -> Sequence[Any]:
        if not ty.results:
            if value is not None:
                raise WasmtimeError("callback produced results when it shouldn't")
            return ()
        values = [value] if len(ty.results) == 1 else value
        if len(values) != len(ty.results):
            raise WasmtimeError("callback produced wrong number of results")
        return [convert.to_wasm(result_type, result) for result_type, result in zip(ty.results, values)]


STYLE = WasmtimeAdapter()
