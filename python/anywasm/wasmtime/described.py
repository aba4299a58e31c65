"""The base of all that describes something and holds nothing."""

from __future__ import annotations

from typing import Generic, TypeVar

from anywasm.wasmtime.managed import Managed

T = TypeVar("T")
Self = TypeVar("Self", bound="Described")  # type: ignore[type-arg]


class Described(Managed, Generic[T]):
    """Shows one of the core's values, for as long as it is open."""

    _description: T

    def _describe(self, ty: T) -> None:
        self._description = ty
        self._set_open()

    @property
    def _core(self) -> T:
        if not self._open:
            self._check_open()
        return self._description

    @classmethod
    def _of(cls: type[Self], ty: T) -> Self:
        result = cls.__new__(cls)
        result._describe(ty)
        return result
