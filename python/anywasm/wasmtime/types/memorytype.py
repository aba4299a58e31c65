"""Types of memories."""

from __future__ import annotations

from typing import Optional

from anywasm import core
from anywasm.wasmtime.described import Described
from anywasm.wasmtime.errors import WasmtimeError
from anywasm.wasmtime.types.limits import Limits, check_limits

_U64 = 1 << 64


class MemoryType(Described[core.MemoryType]):
    """A memory's size in pages, and what kind of memory it is.

    `is_64`: whether its addresses are 64 bits wide (memory64 proposal). `shared`: whether threads may share it
    (threads proposal); it then needs a largest size. `page_size_log2`: base-2 logarithm of the size of a page in bytes,
    16 or 0 (custom-page-sizes proposal).

    >>> from anywasm.wasmtime import Limits, MemoryType
    >>> MemoryType(Limits(1, 2)).limits.max
    2
    """

    def __init__(self, limits: Limits, is_64: bool = False, shared: bool = False, page_size_log2: int = 16) -> None:
        check_limits(limits)
        index_sizes = 1 << (64 if is_64 else 32)
        for what, size in (("minimum", limits.min), ("maximum", limits.max)):
            if size is not None and size >= index_sizes:
                raise WasmtimeError(f"{what} size too large")
        largest = None if limits.max is None else _u64(limits.max)
        ty = core.MemoryType(_u64(limits.min), largest, bool(is_64), bool(shared), _byte(page_size_log2))
        problem = _problem(ty)
        if problem:
            raise WasmtimeError(problem)
        self._describe(ty)

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


def _u64(size: int) -> int:
    if not isinstance(size, int):
        raise TypeError(f"expected a size in pages, an int, and not {type(size).__name__!r}")
    return size % _U64


def _byte(page_size_log2: int) -> int:
    if not isinstance(page_size_log2, int):
        raise TypeError(
            f"expected the base-2 logarithm of a page size, an int, and not {type(page_size_log2).__name__!r}"
        )
    return page_size_log2 % 256


def _problem(ty: core.MemoryType) -> Optional[str]:
    """What is wrong with a type, in wasmtime's order and words; None for a good one."""
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
    if ty.minimum << ty.page_size_log2 >= _U64:
        return "memory's minimum byte size must fit in a u64\n\nCaused by:\n    size overflow calculating memory size\n"
    if not ty.memory64:
        most = 1 << 32 >> ty.page_size_log2
        for what, size in (("minimum", ty.minimum), ("maximum", ty.maximum or 0)):
            if size > most:
                return f"{what} size is too large for this memory type's index type"
    return None
