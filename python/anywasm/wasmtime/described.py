"""The class `Described`, the base class of types, imports, exports and stack frames."""

from __future__ import annotations

from typing import Generic, TypeVar

from anywasm.wasmtime.managed import Managed

T = TypeVar("T")
Self = TypeVar("Self", bound="Described")  # type: ignore[type-arg]


class Described(Managed, Generic[T]):
    """A read-only object for one type, import, export or stack frame.

    The attributes come from the description, an object of the core such as a `core.FuncType`.

    The attributes of a closed object raise ValueError.
    """

    _core_description: T

    def _core_set_description(self, description: T) -> None:
        self._core_description = description
        self._core_set_open()

    @property
    def _core_object(self) -> T:
        if not self._core_open:
            self._core_check_open()
        return self._core_description

    @classmethod
    def _core_wrap(cls: type[Self], description: T) -> Self:
        described = cls.__new__(cls)
        described._core_set_description(description)
        return described
