"""The class `Instance`, for instances of modules, and the mapping of their exports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Optional

from anywasm import core
from anywasm.wasmtime.extern import AsExtern, unwrap
from anywasm.wasmtime.module import Module, check_module
from anywasm.wasmtime.store import Storelike, check_store


class InstanceExports(Mapping[str, Any]):
    """The exports of an instance by name, in the module's order. A name gives the same object each time.

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
        item = self._objects.get(name)
        if item is None:
            item = self._objects.setdefault(name, self._instance.export(self._positions[name]))
        return item

    def __len__(self) -> int:
        return len(self._positions)

    def __iter__(self) -> Iterator[str]:
        return iter(self._positions)

    @property
    def by_index(self) -> tuple[Any, ...]:
        """All exports, in the module's order."""
        return tuple(self.values())


class Instance:
    """An instance of a module. `imports` are the imports in the module's order.

    Raises WasmtimeError if the number or a type of the imports is wrong, and `Trap` if the start function traps. An
    exception of a host function that the start function calls is raised unchanged.
    """

    # Programs may add attributes. The slots save memory, because CPython creates `__dict__` only when needed.
    __slots__ = ("__dict__", "__weakref__", "_core", "_exports")

    def __init__(self, store: Storelike, module: Module, imports: Sequence[AsExtern]) -> None:
        len(imports)  # TypeError for an iterable without a length, as in wasmtime-py.
        externs = [item if isinstance(item, core.Extern) else unwrap(item) for item in imports]
        self._core = core.Instance(store._context(), check_module(module), externs)
        self._exports: Optional[InstanceExports] = None

    @classmethod
    def _from_core(cls, core_instance: core.Instance) -> Instance:
        result = cls.__new__(cls)
        result._core, result._exports = core_instance, None
        return result

    def exports(self, store: Storelike) -> InstanceExports:
        """Returns the exports of the instance."""
        check_store(store, self._core)
        if self._exports is None:
            self._exports = InstanceExports(self._core)
        return self._exports
