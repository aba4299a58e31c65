"""The class `Global`, for global variables."""

from __future__ import annotations

from typing import Any

from anywasm import core
from anywasm.wasmer import arguments, convert
from anywasm.wasmer.binding import Binding, Bound, Claim
from anywasm.wasmer.store import Store
from anywasm.wasmer.types import GlobalType, type_from_core
from anywasm.wasmer.value import Value


class _Factory:
    """Creates a global in an engine store. Until then, it holds the value: reading and setting it binds nothing."""

    __slots__ = ("_type", "value")

    def __init__(self, ty: core.GlobalType, value: Any) -> None:
        self._type, self.value = ty, value

    def __call__(self, store: core.Store) -> core.Global:
        return core.Global.new(store, self._type, self.value)


class Global(Bound):
    """A global: a variable that instances can import and export.

    Immutable unless `mutable` is true.

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
        self._binding = Binding(store, _Factory(ty, value._value))

    @classmethod
    def _from_core(cls, extern: core.Global) -> Global:
        result = cls.__new__(cls)
        result._core_type = extern.type
        result._binding = Binding(None, None, extern)
        return result

    # An immutable global has the same value in any store. If it is imported in another store, it is created again
    # there. So only a mutable global is bound to one store.

    def _bound_store(self) -> core.Store | None:
        return super()._bound_store() if self._core_type.mutable else None

    def _join(self, claim: Claim) -> bool:
        return not self._core_type.mutable or super()._join(claim)

    def _importable_in(self, store: core.Store) -> core.Extern:
        extern = super()._importable_in(store)
        if self._core_type.mutable or extern._core_store is store:
            return extern
        return core.Global.new(store, self._core_type, self.value)

    @property
    def type(self) -> GlobalType:
        """The type of the global."""
        result: GlobalType = type_from_core(self._core_type)
        return result

    @property
    def mutable(self) -> bool:
        """Whether the value can be set."""
        return self._core_type.mutable

    @property
    def value(self) -> Any:
        """The value. Setting it raises RuntimeError if the global is immutable."""
        current = self._binding.extern_or_factory()
        if isinstance(current, _Factory):
            return current.value
        assert isinstance(current, core.Global)
        return current.get()

    @value.setter
    def value(self, value: Any) -> None:
        if not self._core_type.mutable:
            raise RuntimeError("The global variable is not mutable, cannot set a new value")
        plain = convert.to_wasm(self._core_type.content, value)
        if not self._binding.replace_factory(_Factory(self._core_type, self._rounded(plain))):
            self._binding.get().set(plain)

    def _rounded(self, value: Any) -> Any:
        return core.round_to_f32(value) if self._core_type.content is core.ValType.F32 else value
