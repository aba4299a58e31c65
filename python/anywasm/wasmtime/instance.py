"""Instances."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Optional

from anywasm import core
from anywasm.wasmtime.extern import AsExtern, unwrap
from anywasm.wasmtime.module import Module, check_module
from anywasm.wasmtime.store import Storelike, check_store


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
        self._positions = instance.module.export_positions
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
    """An instance of a module, with its imports in the module's order.

    WasmtimeError where they do not fit, `Trap` where its start function traps; an exception of a host function that the
    start function calls comes through as it is.
    """

    # Programs may add attributes; they need no dictionary until they do.
    __slots__ = ("__dict__", "__weakref__", "_core", "_exports")

    def __init__(self, store: Storelike, module: Module, imports: Sequence[AsExtern]) -> None:
        len(imports)  # Of what has no length, wasmtime-py takes no imports.
        externs = [item if isinstance(item, core.Extern) else unwrap(item) for item in imports]
        self._core = core.Instance(store._context(), check_module(module), externs)
        self._exports: Optional[InstanceExports] = None

    @classmethod
    def _of(cls, made: core.Instance) -> Instance:
        result = cls.__new__(cls)
        result._core, result._exports = made, None
        return result

    def exports(self, store: Storelike) -> InstanceExports:
        """What it exports."""
        check_store(store, self._core)
        if self._exports is None:
            self._exports = InstanceExports(self._core)
        return self._exports
