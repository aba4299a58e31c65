"""Translation from the text format to the binary format."""

from __future__ import annotations

from anywasm import core
from anywasm.wasmtime.style import STYLE


def wat2wasm(wat: str | bytes) -> bytearray:
    """Translates a module from the text format to the binary format.

    Raises WasmtimeError if the text has a mistake. The message contains the position of the mistake.

    >>> from anywasm.wasmtime import wat2wasm
    >>> wat2wasm("(module)")
    bytearray(b'\\x00asm\\x01\\x00\\x00\\x00')
    """
    return bytearray(core.wat2wasm(STYLE, wat))
