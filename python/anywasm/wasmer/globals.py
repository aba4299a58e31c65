"""Defines the class `Global`. Its objects are WebAssembly globals."""

from __future__ import annotations

from typing import Any

from anywasm import core
from anywasm.wasmer import arguments, convert
from anywasm.wasmer.binding import Bindable, Binding, Claim
from anywasm.wasmer.store import Store
from anywasm.wasmer.types import GlobalType, type_from_core
from anywasm.wasmer.value import Value

_NUMBERS = (core.ValType.I32, core.ValType.I64, core.ValType.F32, core.ValType.F64)


class _GlobalFactory:
    """Creates a global in an engine store. Until the global is created, the factory contains its value.

    So a program can read and set the value of an unbound global, a global that lives in no engine store yet, and the
    global stays unbound.
    """

    __slots__ = ("_type", "value")

    def __init__(self, ty: core.GlobalType, value: Any) -> None:
        self._type, self.value = ty, value

    def __call__(self, store: core.Store) -> core.Global:
        return core.Global.new(store, self._type, self.value)


class Global(Bindable):
    """A global: a variable that instances can import and export.

    The initial value determines the type. By default, a new global is immutable.

    >>> from anywasm.wasmer import Global, Store, Value
    >>> counter = Global(Store(), Value.i32(42), mutable=True)
    >>> counter.value = 153
    >>> counter.value
    153
    """

    __slots__ = ("_core_type",)

    _binding: Binding[core.Global]

    def __init__(self, store: Store, value: Value, mutable: bool | None = None) -> None:
        arguments.check_instance("store", store, Store)
        arguments.check_instance("value", value, Value)
        ty = core.GlobalType(value._type, mutable is not None and arguments.check_bool("mutable", mutable))
        self._core_type = ty
        self._binding = Binding(store, _GlobalFactory(ty, value._value))

    @classmethod
    def _from_core(cls, extern: core.Global) -> Global:
        global_ = cls.__new__(cls)
        global_._core_type = extern.type
        global_._binding = Binding(None, None, extern)
        return global_

    # An immutable global with a number never changes, so it can be created again in each engine store that imports it.
    # Every other global lives in one engine store. References belong to a store, and not every engine lets the host
    # read references and vectors.

    @property
    def _is_copied(self) -> bool:
        return not self._core_type.mutable and self._core_type.content in _NUMBERS

    def _bound_store(self) -> core.Store | None:
        return None if self._is_copied else super()._bound_store()

    def _add_to_claim(self, claim: Claim) -> bool:
        return self._is_copied or super()._add_to_claim(claim)

    def _importable_in(self, store: core.Store) -> core.Extern:
        extern = super()._importable_in(store)
        if not self._is_copied or extern._core_store is store:
            return extern
        return core.Global.new(store, self._core_type, self.value)

    @property
    def type(self) -> GlobalType:
        """The value type and the mutability."""
        global_type: GlobalType = type_from_core(self._core_type)
        return global_type

    @property
    def mutable(self) -> bool:
        """Whether programs and guests can set the value."""
        return self._core_type.mutable

    @property
    def value(self) -> Any:
        """The current value. Setting the value raises RuntimeError if the global is immutable."""
        extern_or_factory = self._binding.extern_or_factory()
        if isinstance(extern_or_factory, _GlobalFactory):
            return extern_or_factory.value
        assert isinstance(extern_or_factory, core.Global)
        return extern_or_factory.get()

    @value.setter
    def value(self, value: Any) -> None:
        if not self._core_type.mutable:
            raise RuntimeError("The global variable is not mutable, cannot set a new value")
        plain_value = convert.to_wasm(self._core_type.content, value)
        if not self._binding.replace_factory(_GlobalFactory(self._core_type, self._round(plain_value))):
            self._binding.get().set(plain_value)

    def _round(self, value: Any) -> Any:
        """Rounds a number to a 32-bit float if the type of the global is f32. Returns other values unchanged."""
        return core.round_to_f32(value) if self._core_type.content is core.ValType.F32 else value
