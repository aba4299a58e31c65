"""The class `Described`, the base of types, imports, exports and stack frames."""

from __future__ import annotations

from typing import Generic, TypeVar

from anywasm.wasmtime.managed import Managed

T = TypeVar("T")
Self = TypeVar("Self", bound="Described")  # type: ignore[type-arg]


class Described(Managed, Generic[T]):
    """A read-only object over a description of the core, such as `core.FuncType`. ValueError once it is closed."""

    _description: T

    def _set_description(self, description: T) -> None:
        self._description = description
        self._set_open()

    @property
    def _core(self) -> T:
        if not self._open:
            self._check_open()
        return self._description

    @classmethod
    def _from_core(cls: type[Self], description: T) -> Self:
        result = cls.__new__(cls)
        result._set_description(description)
        return result
