"""The class `InstancePre`, for modules whose imports are resolved."""

from __future__ import annotations

from anywasm import core
from anywasm.wasmtime.instance import Instance
from anywasm.wasmtime.managed import Managed
from anywasm.wasmtime.module import Module
from anywasm.wasmtime.store import Storelike


class InstancePre(Managed):
    """A module with resolved and checked imports, from `Linker.instantiate_pre`.

    >>> from anywasm.wasmtime import Engine, Linker, Module, Store
    >>> engine = Engine()
    >>> pre = Linker(engine).instantiate_pre(Module(engine, '(module (func (export "f")))'))
    >>> list(pre.instantiate(store := Store(engine)).exports(store))
    ['f']
    """

    _prepared: core.PreparedModule
    _module: Module

    @classmethod
    def _from_core(cls, prepared: core.PreparedModule, module: Module) -> InstancePre:
        result = cls.__new__(cls)
        result._prepared, result._module = prepared, module
        result._set_open()
        return result

    def instantiate(self, store: Storelike) -> Instance:
        """Makes an instance in this store. WasmtimeError if one of the imports lives in another store."""
        self._check_open()
        return Instance._from_core(self._prepared.instantiate(store._context()))

    @property
    def module(self) -> Module:
        """The module."""
        self._check_open()
        return self._module
