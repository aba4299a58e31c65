"""The class `Instance`, and the mapping `InstanceExports` of an instance's exports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Optional

from anywasm import core
from anywasm.wasmtime.extern import AsExtern, unwrap
from anywasm.wasmtime.module import Module, check_module
from anywasm.wasmtime.store import Storelike, check_store, context


class InstanceExports(Mapping[str, Any]):
    """The exports of an instance by name, in the module's order. Each look-up of a name returns the same object.

    >>> from anywasm.wasmtime import Instance, Module, Store
    >>> store = Store()
    >>> exports = Instance(store, Module(store.engine, '(module (func (export "f")))'), []).exports(store)
    >>> list(exports), "g" in exports
    (['f'], False)
    """

    def __init__(self, instance: core.Instance) -> None:
        self._core_instance = instance
        self._core_positions = instance.module.export_positions
        self._core_externs_by_name: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        extern = self._core_externs_by_name.get(name)
        if extern is None:
            extern = self._core_externs_by_name.setdefault(name, self._core_instance.export(self._core_positions[name]))
        return extern

    def __len__(self) -> int:
        return len(self._core_positions)

    def __iter__(self) -> Iterator[str]:
        return iter(self._core_positions)

    @property
    def by_index(self) -> tuple[Any, ...]:
        """All exports, in the module's order."""
        return tuple(self.values())


class Instance:
    """An instance of a module. `imports` contains the objects to import, in the order of `module.imports`.

    The constructor raises WasmtimeError if the number of imports or the type of an import is wrong. It raises `Trap` if
    the start function traps. If the start function calls a host function that raises an exception, the constructor
    raises the same exception.
    """

    # The slot `__dict__` lets programs add attributes. Objects stay small, because CPython creates the dictionary only
    # when a program adds an attribute.
    __slots__ = ("__dict__", "__weakref__", "_core_exports", "_core_object")

    def __init__(self, store: Storelike, module: Module, imports: Sequence[AsExtern]) -> None:
        len(imports)  # Raises TypeError for an iterable without a length, as in wasmtime-py.
        externs = [item if isinstance(item, core.Extern) else unwrap(item) for item in imports]
        self._core_object = core.Instance(context(store), check_module(module), externs)
        self._core_exports: Optional[InstanceExports] = None

    @classmethod
    def _core_wrap(cls, core_instance: core.Instance) -> Instance:
        instance = cls.__new__(cls)
        instance._core_object, instance._core_exports = core_instance, None
        return instance

    @property
    def _core_limited_store(self) -> core.Store:
        """The store that contains the instance, for `limits.apply_to`."""
        return self._core_object._core_store

    def exports(self, store: Storelike) -> InstanceExports:
        """Returns the exports of the instance as a mapping from names to objects.

        As in wasmtime-py, only the first call needs the store of the instance.
        """
        if self._core_exports is None:
            check_store(store, self._core_object)
            self._core_exports = InstanceExports(self._core_object)
        return self._core_exports
