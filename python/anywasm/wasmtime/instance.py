"""Instances."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from anywasm import core
from anywasm.wasmtime.errors import WasmtimeError
from anywasm.wasmtime.globals import Global
from anywasm.wasmtime.memory import Memory
from anywasm.wasmtime.module import Module
from anywasm.wasmtime.store import Store, check_store
from anywasm.wasmtime.table import Table


class InstanceExports(Mapping[str, Any]):
    """An instance's exports by name, in the module's order; the same objects at every look.

    >>> from anywasm.wasmtime import Instance, Module, Store
    >>> store = Store()
    >>> exports = Instance(store, Module(store.engine, '(module (func (export "f")))'), []).exports(store)
    >>> list(exports), "g" in exports
    (['f'], False)
    """

    def __init__(self, instance: core.Instance) -> None:
        self._instance = instance
        self._positions = {export.name: index for index, export in enumerate(instance.core_module.export_list)}
        self._objects: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        found = self._objects.get(name)
        if found is None:
            found = self._objects.setdefault(name, self._instance.export(self._positions[name]))
        return found

    def __len__(self) -> int:
        return len(self._positions)

    def __iter__(self) -> Iterator[str]:
        return iter(self._positions)

    @property
    def by_index(self) -> tuple[Any, ...]:
        """All of them, in the module's order."""
        return tuple(self.values())


class Instance:
    """An instance of a module, with its imports in the module's order."""

    __slots__ = ("_core", "_exports")

    def __init__(self, store: Store, module: Module, imports: Sequence[Any]) -> None:
        if not isinstance(module, Module):
            raise TypeError("expected a Module")
        count = len(imports)
        externs = [_unwrap(item) for item in imports]
        home = store._context()
        asked = len(module.import_list)
        if count != asked:
            raise WasmtimeError(f"expected {asked} imports, found {count}")
        if any(extern._store is not home for extern in externs):
            raise WasmtimeError("cross-`Store` instantiation is not currently supported")
        if module._engine is not home.engine:
            raise WasmtimeError("cross-`Engine` instantiation is not currently supported")
        self._core = core.Instance(home, module, externs)
        self._exports: InstanceExports | None = None

    def exports(self, store: Store) -> InstanceExports:
        """What it exports."""
        check_store(store, self._core)
        if self._exports is None:
            self._exports = InstanceExports(self._core)
        return self._exports


def _unwrap(item: Any) -> core.Extern:
    """The core's object for an import; TypeError for anything that is none."""
    if isinstance(item, (Memory, Global, Table)):
        return item._core
    if isinstance(item, core.Extern):
        return item
    raise TypeError("expected a Func, Global, Memory, SharedMemory, Tag, or Table")
