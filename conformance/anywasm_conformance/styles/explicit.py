"""The API style of wasmtime-py: programs pass the store to each call. This module uses only public names of anywasm."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from anywasm.core import TrapCode
from anywasm.wasmtime import (
    Config,
    Engine,
    Func,
    FuncType,
    Instance,
    Module,
    Store,
    Trap,
    Val,
    ValType,
    WasmtimeError,
)
from anywasm_conformance.styles.base import Externs, Failure, Kind, Style
from anywasm_conformance.subject import Subject


class Explicit(Style):
    """The API style `anywasm.wasmtime`."""

    # The style raises TypeError and OverflowError for arguments that do not match the type of a parameter.
    errors = (WasmtimeError, Trap, TypeError, OverflowError, ValueError)

    def __init__(self, subject: Subject) -> None:
        super().__init__()
        config = Config()
        for name, value in subject.options.items():
            setattr(config, name, value)
        self._engine = Engine(config, name=subject.engine)
        self._store = Store(self._engine)

    @property
    def capabilities(self) -> frozenset[str]:
        return self._engine.capabilities

    def compile(self, wasm: bytes) -> Any:
        return Module(self._engine, wasm)

    def imports(self, module: Any) -> Sequence[tuple[str, str]]:
        return [(each.module, each.name) for each in module.imports]

    def instantiate(self, module: Any, externs: Externs) -> Any:
        return Instance(self._store, module, [externs[key] for key in self.imports(module)])

    def export_names(self, instance: Any) -> frozenset[str]:
        return frozenset(instance.exports(self._store))

    def export(self, instance: Any, name: str) -> Any:
        return instance.exports(self._store)[name]

    def call(self, function: Any, args: Sequence[Any]) -> Sequence[Any]:
        result = function(self._store, *args)
        if isinstance(result, list):
            return [_without_val(value) for value in result]
        return [_without_val(result)]

    def read(self, a_global: Any) -> Any:
        return _without_val(a_global.value(self._store))

    def host_function(self, params: Sequence[str]) -> Any:
        return Func(self._store, FuncType([getattr(ValType, ty)() for ty in params], []), lambda *_: None)

    def _deviation(self, error: BaseException, text: str) -> Failure:
        if isinstance(error, Trap):
            # The trap codes of `anywasm.wasmtime` and of `anywasm.core` have the same numbers.
            code = None if error.trap_code is None else TrapCode(error.trap_code.value)
            kind = Kind.EXCEPTION if code is TrapCode.UNCAUGHT_EXCEPTION else Kind.TRAP
            return Failure(kind, text, code)
        kind = Kind.LINK if text.startswith("incompatible import type") else Kind.ERROR
        return Failure(kind, text)


def _without_val(value: Any) -> Any:
    """Returns the value of a `Val`, and any other object unchanged."""
    return value.value if isinstance(value, Val) else value
