"""The types of WebAssembly, as plain values."""

from __future__ import annotations

from typing import Any, NamedTuple, Union

from anywasm.core._constants import ValType as ValType
from anywasm.core.lazy import lazy
from anywasm.engines import EngineModule

#: The types whose values are plain numbers.
NUMBERS = frozenset((ValType.I32, ValType.I64, ValType.F32, ValType.F64))
#: The types whose values are references.
REFERENCES = frozenset((ValType.FUNCREF, ValType.EXTERNREF, ValType.OTHER))


# Named tuples, here and below: to make one class of them takes a tenth of the time that a dataclass takes, which a
# program waits for when it starts.
class _ParamsAndResults(NamedTuple):
    params: tuple[ValType, ...]
    results: tuple[ValType, ...]


class FuncType(_ParamsAndResults):
    """A function's parameters and results."""

    @lazy
    def codes(self) -> tuple[bytes, bytes]:
        """Parameters and results as the shim takes them."""
        return bytes(self.params), bytes(self.results)

    def __str__(self) -> str:
        parts = [f" ({word} {' '.join(map(str, types))})" for word, types in self._parts() if types]
        return f"(func{''.join(parts)})"

    def _parts(self) -> tuple[tuple[str, tuple[ValType, ...]], ...]:
        return (("param", self.params), ("result", self.results))


class GlobalType(NamedTuple):
    """A global's value type, and whether it can be set."""

    content: ValType
    mutable: bool

    def __str__(self) -> str:
        return f"(global (mut {self.content}))" if self.mutable else f"(global {self.content})"


class TableType(NamedTuple):
    """A table's element type, and its size in elements."""

    element: ValType
    minimum: int
    maximum: int | None = None
    table64: bool = False

    def __str__(self) -> str:
        return f"(table {_sizes(self.table64, self.minimum, self.maximum)} {self.element})"


class MemoryType(NamedTuple):
    """A memory's size in pages, and what kind of memory it is."""

    minimum: int
    maximum: int | None = None
    memory64: bool = False
    shared: bool = False
    page_size_log2: int = 16

    def __str__(self) -> str:
        shared = " shared" if self.shared else ""
        page = f" (pagesize {1 << self.page_size_log2})" if self.page_size_log2 != 16 else ""
        return f"(memory {_sizes(self.memory64, self.minimum, self.maximum)}{shared}{page})"


class TagType(NamedTuple):
    """An exception tag's type."""

    func: FuncType

    def __str__(self) -> str:
        return f"(tag {self.func})"


ExternType = Union[FuncType, GlobalType, TableType, MemoryType, TagType]


def _sizes(wide: bool, minimum: int, maximum: int | None) -> str:
    return " ".join(filter(None, ["i64" if wide else "", str(minimum), "" if maximum is None else str(maximum)]))


def read(engine_module: EngineModule, raw: Any) -> ExternType | None:
    """The type in an `aw_extern_type_info`; None for an opaque reference."""
    lib = engine_module.lib
    has = raw.flags.__and__
    maximum = raw.max if has(lib.AW_HAS_MAX) else None
    if raw.kind in (lib.AW_FUNC, lib.AW_TAG):
        func = FuncType(
            _types(engine_module, raw.params, raw.params_len), _types(engine_module, raw.results, raw.results_len)
        )
        return func if raw.kind == lib.AW_FUNC else TagType(func)
    if raw.kind == lib.AW_GLOBAL:
        return GlobalType(ValType(raw.content), bool(has(lib.AW_MUTABLE)))
    if raw.kind == lib.AW_TABLE:
        return TableType(ValType(raw.content), raw.min, maximum, bool(has(lib.AW_INDEX64)))
    if raw.kind == lib.AW_MEMORY:
        wide, shared = bool(has(lib.AW_INDEX64)), bool(has(lib.AW_SHARED))
        return MemoryType(raw.min, maximum, wide, shared, raw.page_size_log2)
    return None


def _types(engine_module: EngineModule, codes: Any, count: int) -> tuple[ValType, ...]:
    return tuple(map(ValType, engine_module.ffi.buffer(codes, count)[:])) if count else ()


def write(engine_module: EngineModule, ty: GlobalType | TableType | MemoryType) -> Any:
    """The type as a fresh `aw_extern_type_info *`."""
    lib = engine_module.lib
    raw = engine_module.ffi.new("aw_extern_type_info *")
    if isinstance(ty, GlobalType):
        raw.kind, raw.content, raw.flags = lib.AW_GLOBAL, ty.content, lib.AW_MUTABLE if ty.mutable else 0
        return raw
    if isinstance(ty, TableType):
        raw.kind, raw.content, raw.flags = lib.AW_TABLE, ty.element, lib.AW_INDEX64 if ty.table64 else 0
    else:
        raw.kind, raw.page_size_log2 = lib.AW_MEMORY, ty.page_size_log2
        raw.flags = (lib.AW_INDEX64 if ty.memory64 else 0) | (lib.AW_SHARED if ty.shared else 0)
    raw.min = ty.minimum
    if ty.maximum is not None:
        raw.flags |= lib.AW_HAS_MAX
        raw.max = ty.maximum
    return raw
