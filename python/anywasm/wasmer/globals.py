"""Globals."""

from __future__ import annotations

from typing import Any

from anywasm import core
from anywasm.wasmer import arguments, convert
from anywasm.wasmer.binding import Binding, Bound, Proposal
from anywasm.wasmer.store import Store
from anywasm.wasmer.types import GlobalType, of_core
from anywasm.wasmer.value import Value


class _Start:
    """What makes a global. Until something imports it, its value is here: using it does not decide where it lives."""

    __slots__ = ("_type", "value")

    def __init__(self, ty: core.GlobalType, value: Any) -> None:
        self._type, self.value = ty, value

    def __call__(self, store: core.Store) -> core.Global:
        return core.Global.new(store, self._type, self.value)


class Global(Bound):
    """A global.

    >>> from anywasm.wasmer import Global, Store, Value
    >>> counter = Global(Store(), Value.i32(42), mutable=True)
    >>> counter.value = 153
    >>> counter.value
    153
    """

    __slots__ = ("_core_type",)

    _binding: Binding[core.Global]

    def __init__(self, store: Store, value: Value, mutable: bool | None = None) -> None:
        arguments.instance("store", store, Store)
        arguments.instance("value", value, Value)
        ty = core.GlobalType(value._type, mutable is not None and arguments.boolean("mutable", mutable))
        self._core_type = ty
        self._binding = Binding(store, _Start(ty, value._value))

    @classmethod
    def _of(cls, made: core.Global) -> Global:
        result = cls.__new__(cls)
        result._core_type = made.type
        result._binding = Binding(None, None, made)
        return result

    # A constant is the same in any store: it is made anew where it does not live.

    def _live_store(self) -> core.Store | None:
        return super()._live_store() if self._core_type.mutable else None

    def _agrees(self, proposal: Proposal) -> bool:
        return not self._core_type.mutable or super()._agrees(proposal)

    def _in_store(self, store: core.Store) -> core.Extern:
        made = super()._in_store(store)
        if self._core_type.mutable or made._core_store is store:
            return made
        return core.Global.new(store, self._core_type, self.value)

    @property
    def type(self) -> GlobalType:
        """Its type."""
        result: GlobalType = of_core(self._core_type)
        return result

    @property
    def mutable(self) -> bool:
        """Whether it can be set."""
        return self._core_type.mutable

    @property
    def value(self) -> Any:
        """Its value; RuntimeError where it is set and not mutable."""
        now = self._binding.now()
        if isinstance(now, _Start):
            return now.value
        assert isinstance(now, core.Global)
        return now.get()

    @value.setter
    def value(self, value: Any) -> None:
        if not self._core_type.mutable:
            raise RuntimeError("The global variable is not mutable, cannot set a new value")
        plain = convert.to_wasm(self._core_type.content, value)
        if not self._binding.replace_factory(_Start(self._core_type, self._rounded(plain))):
            self._binding.get().set(plain)

    def _rounded(self, value: Any) -> Any:
        return core.single(value) if self._core_type.content is core.ValType.F32 else value
