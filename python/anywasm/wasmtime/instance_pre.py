"""The class `InstancePre`: a module with resolved imports."""

from __future__ import annotations

from anywasm import core
from anywasm.wasmtime.instance import Instance
from anywasm.wasmtime.managed import Managed
from anywasm.wasmtime.module import Module
from anywasm.wasmtime.store import Storelike, context


class InstancePre(Managed):
    """A module with resolved imports. `Linker.instantiate_pre` resolves the imports and checks their types.

    >>> from anywasm.wasmtime import Engine, Linker, Module, Store
    >>> engine = Engine()
    >>> pre = Linker(engine).instantiate_pre(Module(engine, '(module (func (export "f")))'))
    >>> list(pre.instantiate(store := Store(engine)).exports(store))
    ['f']
    """

    _core_prepared: core.PreparedModule

    @classmethod
    def _core_wrap(cls, prepared: core.PreparedModule) -> InstancePre:
        instance_pre = cls.__new__(cls)
        instance_pre._core_prepared = prepared
        instance_pre._core_set_open()
        return instance_pre

    def instantiate(self, store: Storelike) -> Instance:
        """Creates an instance in this store. Raises WasmtimeError if an import lives in another store."""
        self._core_check_open()
        return Instance._core_wrap(self._core_prepared.instantiate(context(store)))

    @property
    def module(self) -> Module:
        """The module that `instantiate` instantiates: a new object, which stays open when another is closed."""
        self._core_check_open()
        return Module._core_wrap(self._core_prepared.module)
