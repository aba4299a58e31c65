"""WebAssembly types as Python values."""

from __future__ import annotations

from typing import Any, NamedTuple, Union

from anywasm.core._constants import ValType as ValType
from anywasm.core.lazy import lazy
from anywasm.engines import EngineModule

#: The number types of the specification.
NUMBERS = frozenset((ValType.I32, ValType.I64, ValType.F32, ValType.F64))
#: The reference types. `OTHER` is any reference type except funcref and externref.
REFERENCES = frozenset((ValType.FUNCREF, ValType.EXTERNREF, ValType.OTHER))


# All types in this module are named tuples, because every program creates these classes when it starts. Creating a
# named tuple class takes a tenth of the time that creating a dataclass takes.
class _ParamsAndResults(NamedTuple):
    params: tuple[ValType, ...]
    results: tuple[ValType, ...]


class FuncType(_ParamsAndResults):
    """A function type: the types of the parameters and of the results."""

    @lazy
    def codes(self) -> tuple[bytes, bytes]:
        """The types of the parameters and of the results as the shim expects them: one byte per type."""
        return bytes(self.params), bytes(self.results)

    def __str__(self) -> str:
        parts = [f" ({word} {' '.join(map(str, types))})" for word, types in self._parts() if types]
        return f"(func{''.join(parts)})"

    def _parts(self) -> tuple[tuple[str, tuple[ValType, ...]], ...]:
        return (("param", self.params), ("result", self.results))


class GlobalType(NamedTuple):
    """A global type: the type of the value, and whether the value can change."""

    content: ValType
    mutable: bool

    def __str__(self) -> str:
        return f"(global (mut {self.content}))" if self.mutable else f"(global {self.content})"


class TableType(NamedTuple):
    """A table type: the element type, the size limits in elements, and whether indices have 64 bits or 32 bits.

    `maximum` is None if the size is not limited.
    """

    element: ValType
    minimum: int
    maximum: int | None = None
    table64: bool = False

    def __str__(self) -> str:
        return f"(table {_limits_text(self.table64, self.minimum, self.maximum)} {self.element})"


class MemoryType(NamedTuple):
    """A memory type: the size limits in pages, and the properties of the memory.

    `maximum` is None if the size is not limited. `memory64` is True if addresses have 64 bits. `shared` is True if
    several threads can use the memory. A page has `2 ** page_size_log2` bytes.
    """

    minimum: int
    maximum: int | None = None
    memory64: bool = False
    shared: bool = False
    page_size_log2: int = 16

    def __str__(self) -> str:
        shared = " shared" if self.shared else ""
        page = f" (pagesize {1 << self.page_size_log2})" if self.page_size_log2 != 16 else ""
        return f"(memory {_limits_text(self.memory64, self.minimum, self.maximum)}{shared}{page})"


class TagType(NamedTuple):
    """A tag type: a function type whose parameters are the types of an exception's values."""

    func: FuncType

    def __str__(self) -> str:
        return f"(tag {self.func})"


ExternType = Union[FuncType, GlobalType, TableType, MemoryType, TagType]


def _limits_text(has_64_bits: bool, minimum: int, maximum: int | None) -> str:
    """Returns the address type and the size limits of a table or memory in the text format."""
    return " ".join(filter(None, ["i64" if has_64_bits else "", str(minimum), "" if maximum is None else str(maximum)]))


def read(
    engine_module: EngineModule, raw: Any, func_types: dict[tuple[Any, ...], FuncType] | None = None
) -> ExternType | None:
    """Converts an `aw_extern_type_info`, the shim's C struct for a type, to a type.

    Returns None for a function reference whose type the engine does not report. `func_types` stores the function types
    of one module. Without it, a module with many imports of one long function type would need a long object for each
    import.
    """
    lib = engine_module.lib
    has_flag = raw.flags.__and__
    maximum = raw.max if has_flag(lib.AW_HAS_MAX) else None
    if raw.kind in (lib.AW_FUNC, lib.AW_TAG):
        # All function types of a module that are the same type in the type section have the same addresses.
        key = raw.params, raw.params_len, raw.results, raw.results_len
        func = None if func_types is None else func_types.get(key)
        if func is None:
            func = FuncType(
                _types(engine_module, raw.params, raw.params_len), _types(engine_module, raw.results, raw.results_len)
            )
            if func_types is not None:
                func_types[key] = func
        return func if raw.kind == lib.AW_FUNC else TagType(func)
    if raw.kind == lib.AW_GLOBAL:
        return GlobalType(ValType(raw.content), bool(has_flag(lib.AW_MUTABLE)))
    if raw.kind == lib.AW_TABLE:
        return TableType(ValType(raw.content), raw.min, maximum, bool(has_flag(lib.AW_INDEX64)))
    if raw.kind == lib.AW_MEMORY:
        memory64, shared = bool(has_flag(lib.AW_INDEX64)), bool(has_flag(lib.AW_SHARED))
        return MemoryType(raw.min, maximum, memory64, shared, raw.page_size_log2)
    return None


def _types(engine_module: EngineModule, codes: Any, count: int) -> tuple[ValType, ...]:
    """Converts an array of `count` type codes to value types. `codes` may be NULL if `count` is 0."""
    return tuple(map(ValType, engine_module.ffi.buffer(codes, count)[:])) if count else ()


def write(engine_module: EngineModule, ty: GlobalType | TableType | MemoryType) -> Any:
    """Converts a type to a new `aw_extern_type_info *`. The struct exists as long as the caller holds the pointer."""
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
