"""Instances."""

from __future__ import annotations

from typing import Any

from anywasm import core
from anywasm.wasmer import arguments, imports
from anywasm.wasmer.exports import Exports, make
from anywasm.wasmer.function import Function
from anywasm.wasmer.imports import ImportObject
from anywasm.wasmer.module import Module
from anywasm.wasmer.sealed import Sealed


class Instance(Sealed):
    """An instance of a module, with its imports by name.

    >>> from anywasm.wasmer import Function, Instance, Module, Store
    >>> store = Store()
    >>> def answer() -> int:
    ...     return 42
    >>> module = Module(store, '''
    ... (module (import "env" "answer" (func $answer (result i32)))
    ...         (func (export "ask") (result i32) (call $answer)))''')
    >>> Instance(module, {"env": {"answer": Function(store, answer)}}).exports.ask()
    42
    """

    __slots__ = ("_exports",)

    def __init__(self, module: Module, import_object: ImportObject | dict[str, Any] | None = None) -> None:
        compiled = arguments.instance("module", module, Module)._core
        externs = imports.resolve(compiled.import_list, imports.namespaces(import_object))
        if any(isinstance(each, Function) and each._needs_memory for each in externs):
            _check_memory(compiled)
        store, placed = imports.place(module._store, externs)
        self._exports = make(core.Instance(store, compiled, placed))
        imports.part(store, compiled, externs)

    @property
    def exports(self) -> Exports:
        """What it exports."""
        return self._exports


def _check_memory(module: core.Module) -> None:
    """Refuses a module that WASI cannot work with; in this style when it is instantiated, not when it first calls."""
    if not any(export.name == "memory" and isinstance(export.type, core.MemoryType) for export in module.export_list):
        raise RuntimeError("Host env initialization error: Missing export memory")
