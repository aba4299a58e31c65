"""Translation from the text format to the binary format."""

from __future__ import annotations

from anywasm import core
from anywasm.wasmtime.style import STYLE


def wat2wasm(wat: str | bytes) -> bytearray:
    """Translates a module from the text format to the binary format.

    Raises WasmtimeError if the text has a mistake, or is a module in the binary format. The message contains the
    position of the mistake.

    >>> from anywasm.wasmtime import wat2wasm
    >>> wat2wasm("(module)")
    bytearray(b'\\x00asm\\x01\\x00\\x00\\x00')
    """
    if not isinstance(wat, (str, bytes)):
        raise TypeError(f"expected a str or bytes, not {type(wat).__name__!r}")
    core.check_is_text(STYLE, wat)
    return bytearray(core.wat2wasm(STYLE, wat))
