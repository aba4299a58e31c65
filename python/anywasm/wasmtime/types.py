"""Types, as wasmtime-py describes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Optional

from anywasm import core
from anywasm.wasmtime.errors import WasmtimeError


class ValType:
    """A value type, made by the class methods.

    >>> from anywasm.wasmtime import ValType
    >>> ValType.i32() == ValType.i32(), str(ValType.i64())
    (True, 'i64')
    """

    __slots__ = ("_core",)
    __hash__ = None  # type: ignore[assignment]

    _core: core.ValType

    def __init__(self) -> None:
        raise WasmtimeError("cannot construct directly")

    @classmethod
    def _of(cls, ty: core.ValType) -> ValType:
        result = cls.__new__(cls)
        result._core = ty
        return result

    @classmethod
    def i32(cls) -> ValType:
        """A 32-bit integer."""
        return cls._of(core.ValType.I32)

    @classmethod
    def i64(cls) -> ValType:
        """A 64-bit integer."""
        return cls._of(core.ValType.I64)

    @classmethod
    def f32(cls) -> ValType:
        """A 32-bit float."""
        return cls._of(core.ValType.F32)

    @classmethod
    def f64(cls) -> ValType:
        """A 64-bit float."""
        return cls._of(core.ValType.F64)

    @classmethod
    def externref(cls) -> ValType:
        """A reference to any Python object."""
        return cls._of(core.ValType.EXTERNREF)

    @classmethod
    def funcref(cls) -> ValType:
        """A reference to a function."""
        return cls._of(core.ValType.FUNCREF)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ValType) and self._core == other._core

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __str__(self) -> str:
        return "anyref" if self._core is core.ValType.EXTERNREF else str(self._core)

    __repr__ = __str__


class FuncType:
    """A function's parameters and results.

    >>> from anywasm.wasmtime import FuncType, ValType
    >>> FuncType([ValType.i32()], []).params
    [i32]
    """

    __slots__ = ("_core",)

    def __init__(self, params: Sequence[ValType], results: Sequence[ValType]) -> None:
        self._core = core.FuncType(_val_types(params), _val_types(results))

    @property
    def params(self) -> list[ValType]:
        """The parameter types."""
        return [ValType._of(ty) for ty in self._core.params]

    @property
    def results(self) -> list[ValType]:
        """The result types."""
        return [ValType._of(ty) for ty in self._core.results]


def _val_types(types: Sequence[ValType]) -> tuple[core.ValType, ...]:
    return tuple(val_type(ty) for ty in types)


def val_type(ty: Any) -> core.ValType:
    """The core's type; TypeError for anything but a `ValType`."""
    if not isinstance(ty, ValType):
        raise TypeError("expected ValType")
    return ty._core


class Limits:
    """A smallest and a largest size; None for no largest.

    >>> from anywasm.wasmtime import Limits
    >>> Limits(1, None) == Limits(1, None)
    True
    """

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, min: int, max: Optional[int]) -> None:
        self.min = min
        self.max = max

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Limits) and (self.min, self.max) == (other.min, other.max)


class GlobalType:
    """A global's value type, and whether it can be set."""

    __slots__ = ("_core",)

    def __init__(self, valtype: ValType, mutable: bool) -> None:
        self._core = core.GlobalType(val_type(valtype), bool(mutable))

    @property
    def content(self) -> ValType:
        """The type of its value."""
        return ValType._of(self._core.content)

    @property
    def mutable(self) -> bool:
        """Whether it can be set."""
        return self._core.mutable


class TableType:
    """A table's element type and size in elements."""

    __slots__ = ("_core",)

    def __init__(self, valtype: ValType, limits: Limits) -> None:
        if not isinstance(limits, Limits):
            raise TypeError("expected Limits")
        self._core = core.TableType(val_type(valtype), limits.min, limits.max)

    @property
    def element(self) -> ValType:
        """The type of its elements."""
        return ValType._of(self._core.element)

    @property
    def limits(self) -> Limits:
        """Its size in elements."""
        return Limits(self._core.minimum, self._core.maximum)


class MemoryType:
    """A memory's size in pages, and what kind of memory it is.

    >>> from anywasm.wasmtime import Limits, MemoryType
    >>> MemoryType(Limits(1, 2)).limits.max
    2
    """

    __slots__ = ("_core",)

    def __init__(self, limits: Limits, is_64: bool = False, shared: bool = False, page_size_log2: int = 16) -> None:
        bits = 64 if is_64 else 32
        for what, size in (("minimum", limits.min), ("maximum", limits.max)):
            if size is not None and not 0 <= size < 1 << bits:
                raise WasmtimeError(f"{what} size too large")
        if limits.max is not None and limits.max < limits.min:
            raise WasmtimeError("maximum page size cannot be smaller than the minimum page size")
        if shared and limits.max is None:
            raise WasmtimeError("shared memories must have a maximum size")
        self._core = core.MemoryType(limits.min, limits.max, is_64, shared, page_size_log2)

    @property
    def limits(self) -> Limits:
        """Its size in pages."""
        return Limits(self._core.minimum, self._core.maximum)

    @property
    def is_64(self) -> bool:
        """Whether its addresses are 64 bits wide."""
        return self._core.memory64

    @property
    def is_shared(self) -> bool:
        """Whether threads may share it."""
        return self._core.shared

    @property
    def page_size(self) -> int:
        """In bytes."""
        return 1 << self._core.page_size_log2

    @property
    def page_size_log2(self) -> int:
        """Base-2 logarithm of `page_size`."""
        return self._core.page_size_log2


class ImportType:
    """An import's module, name and type."""

    __slots__ = ("module", "name", "type")

    def __init__(self, module: str, name: Optional[str], type: Any) -> None:
        self.module, self.name, self.type = module, name, type


class ExportType:
    """An export's name and type."""

    __slots__ = ("name", "type")

    def __init__(self, name: str, type: Any) -> None:
        self.name, self.type = name, type


def of_core(ty: core.ExternType) -> Any:
    """wasmtime's type object for a core type; the core's own where wasmtime has none."""
    classes: dict[type, Any] = {
        core.FuncType: FuncType,
        core.MemoryType: MemoryType,
        core.GlobalType: GlobalType,
        core.TableType: TableType,
    }
    return core.dress(ty, classes)
