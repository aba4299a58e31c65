"""The API style of wasmer: objects know their store. This module uses only public names of anywasm."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from anywasm.core import TrapCode
from anywasm.engines import load
from anywasm.wasmer import Function, FunctionType, Instance, Module, Store, Type
from anywasm_conformance.styles.base import Externs, Failure, Kind, Style
from anywasm_conformance.subject import Subject

#: The trap codes by their text, because exceptions of this style have no trap code.
_CODES = {code.text: code for code in TrapCode}
#: The beginning of the text of every trap.
_TRAP_PREFIX = "RuntimeError: "


class Implicit(Style):
    """The API style `anywasm.wasmer`."""

    errors = (RuntimeError, TypeError, OverflowError, ValueError, PendingDeprecationWarning)

    def __init__(self, subject: Subject) -> None:
        super().__init__()
        # `together` puts all instances into one store of the engine. An instance can import another instance's exports
        # only if both instances are in the same store.
        self._store = Store(name=subject.engine, together=True, options=subject.options)
        # For old names of the text format, `anywasm.wasmer` only warns. The suite expects errors, so the filter turns
        # these warnings into errors.
        warnings.simplefilter("error", PendingDeprecationWarning)
        self._capabilities = load(subject.engine).capabilities

    @property
    def capabilities(self) -> frozenset[str]:
        return self._capabilities

    def compile(self, wasm: bytes) -> Any:
        return Module(self._store, wasm)

    def imports(self, module: Any) -> Sequence[tuple[str, str]]:
        return [(each.module, each.name) for each in module.imports]

    def instantiate(self, module: Any, externs: Externs) -> Any:
        imports: dict[str, dict[str, Any]] = {}
        for namespace, name in self.imports(module):
            imports.setdefault(namespace, {})[name] = externs[namespace, name]
        return Instance(module, imports)

    def export_names(self, instance: Any) -> frozenset[str]:
        return frozenset(name for name, _ in instance.exports)

    def export(self, instance: Any, name: str) -> Any:
        # Does not use attributes, because the suite has export names that are attributes of every Python object.
        return next(extern for export, extern in instance.exports if export == name)

    def call(self, function: Any, args: Sequence[Any]) -> Sequence[Any]:
        result = function(*args)
        return result if isinstance(result, tuple) else [result]

    def read(self, a_global: Any) -> Any:
        return a_global.value

    def host_function(self, params: Sequence[str]) -> Any:
        ty = FunctionType([getattr(Type, ty.upper()) for ty in params], [])
        return Function(self._store, lambda *_: None, ty)

    def _deviation(self, error: BaseException, text: str) -> Failure:
        if text.startswith(_TRAP_PREFIX):
            cause = text.removeprefix(_TRAP_PREFIX).split("\n", 1)[0]
            code = _CODES.get(cause)
            return Failure(Kind.EXCEPTION if code is TrapCode.UNCAUGHT_EXCEPTION else Kind.TRAP, cause, code)
        kind = Kind.LINK if text.startswith(("Error while importing", "incompatible import type")) else Kind.ERROR
        return Failure(kind, text)
