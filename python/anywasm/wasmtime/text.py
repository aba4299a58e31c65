"""The text format."""

from __future__ import annotations

from anywasm import core
from anywasm.wasmtime.style import STYLE


def wat2wasm(wat: str | bytes) -> bytearray:
    """A module in text form as a binary; WasmtimeError says where the text is wrong.

    >>> from anywasm.wasmtime import wat2wasm
    >>> wat2wasm("(module)")
    bytearray(b'\\x00asm\\x01\\x00\\x00\\x00')
    """
    return bytearray(core.wat2wasm(STYLE, wat))
