"""Defines the class `Instance`."""

from __future__ import annotations

from typing import Any

from anywasm import core
from anywasm.wasmer import arguments, imports
from anywasm.wasmer.exports import Exports, make_exports
from anywasm.wasmer.function import Function
from anywasm.wasmer.imports import ImportObject
from anywasm.wasmer.module import Module
from anywasm.wasmer.sealed import Sealed


class Instance(Sealed):
    """An instance of a module. The constructor also calls the start function of the module.

    `import_object` is an `ImportObject`, or a dictionary that maps the names of namespaces to dictionaries. Each inner
    dictionary maps names to imports. Raises RuntimeError if an import is missing or has the wrong type, and if the
    start function traps.

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
        core_module = arguments.check_instance("module", module, Module)._core
        externs = imports.resolve_imports(core_module.import_list, imports.namespaces_from(import_object))
        if any(isinstance(extern, Function) and extern._needs_memory for extern in externs):
            _check_memory(core_module)
        store, importables = imports.bind_imports(module._store, externs)
        self._exports = make_exports(core.Instance(store, core_module, importables))
        imports.replace_homes(store, core_module, externs)

    @property
    def _core_limited_store(self) -> core.Store:
        """The engine store of the instance, for `limits.apply_to`."""
        instance: core.Instance = object.__getattribute__(self._exports, "__anywasm_instance__")
        return instance._core_store

    @property
    def exports(self) -> Exports:
        """The exports of the instance, as attributes of an object."""
        return self._exports


def _check_memory(module: core.Module) -> None:
    """Raises RuntimeError if the module exports no memory named `memory`. WASI functions need this memory.

    As in wasmer, this error occurs at instantiation and not at the first call of a WASI function.
    """
    if not any(export.name == "memory" and isinstance(export.type, core.MemoryType) for export in module.export_list):
        raise RuntimeError("Host env initialization error: Missing export memory")
