"""The class `MemoryType`, for types of memories."""

from __future__ import annotations

from typing import Optional

from anywasm import core
from anywasm.wasmtime.argument_types import to_int
from anywasm.wasmtime.described import Described
from anywasm.wasmtime.errors import WasmtimeError
from anywasm.wasmtime.types.limits import Limits, check_limits

#: The number of values of an unsigned 64-bit integer.
_U64_RANGE = 1 << 64


class MemoryType(Described[core.MemoryType]):
    """The type of a memory.

    `limits` are the minimum and maximum size in pages. If `is_64` is true, addresses have 64 bits (memory64 proposal).
    If `shared` is true, threads can share the memory, and a maximum size is required (threads proposal).
    `page_size_log2` is the base-2 logarithm of the size of a page in bytes, 16 or 0 (custom-page-sizes proposal).

    >>> from anywasm.wasmtime import Limits, MemoryType
    >>> MemoryType(Limits(1, 2)).limits.max
    2
    """

    def __init__(self, limits: Limits, is_64: bool = False, shared: bool = False, page_size_log2: int = 16) -> None:
        check_limits(limits)
        address_space = 1 << (64 if is_64 else 32)
        for bound, size in (("minimum", limits.min), ("maximum", limits.max or 0)):
            if size >= address_space:
                raise WasmtimeError(f"{bound} size too large")
        minimum = to_int(limits.min, 1) % _U64_RANGE
        maximum = None if limits.max is None else to_int(limits.max, 3) % _U64_RANGE
        ty = core.MemoryType(minimum, maximum, bool(is_64), bool(shared), to_int(page_size_log2, 6) % 256)
        problem = _find_problem(ty)
        if problem:
            raise WasmtimeError(problem)
        self._core_set_description(ty)

    @property
    def limits(self) -> Limits:
        """The minimum and maximum size in pages."""
        return Limits(self._core_object.minimum, self._core_object.maximum)

    @property
    def is_64(self) -> bool:
        """Whether addresses have 64 bits."""
        return self._core_object.memory64

    @property
    def is_shared(self) -> bool:
        """Whether threads can share the memory."""
        return self._core_object.shared

    @property
    def page_size(self) -> int:
        """The size of a page in bytes."""
        return 1 << self._core_object.page_size_log2

    @property
    def page_size_log2(self) -> int:
        """The base-2 logarithm of `page_size`."""
        return self._core_object.page_size_log2


def _find_problem(ty: core.MemoryType) -> Optional[str]:
    """Returns the first problem of a type, or None for a valid type.

    The texts and the order of the checks are the same as in wasmtime.
    """
    if ty.maximum is not None and ty.maximum < ty.minimum:
        return "maximum page size cannot be smaller than the minimum page size"
    if ty.page_size_log2 not in (0, 16):
        # Core spec with the custom-page-sizes proposal, "Memory Types".
        return (
            f"page size must be 2**16 or 2**0, but was given 2**{ty.page_size_log2}; note that future Wasm extensions "
            "might allow any power of two page size, but only 2**16 and 2**0 are currently valid"
        )
    if ty.shared and ty.maximum is None:
        return "shared memories must have a maximum size"
    if ty.minimum << ty.page_size_log2 >= _U64_RANGE:
        return "memory's minimum byte size must fit in a u64\n\nCaused by:\n    size overflow calculating memory size\n"
    if not ty.memory64:
        max_pages = 1 << 32 >> ty.page_size_log2
        for bound, size in (("minimum", ty.minimum), ("maximum", ty.maximum or 0)):
            if size > max_pages:
                return f"{bound} size is too large for this memory type's index type"
    return None
