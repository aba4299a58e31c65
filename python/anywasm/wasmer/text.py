"""The text format."""

from __future__ import annotations

from anywasm import core
from anywasm.wasmer.face import FACE


def wat2wasm(wat: str) -> bytes:
    """A module in text form as a binary; RuntimeError says where the text is wrong.

    >>> from anywasm.wasmer import wat2wasm
    >>> wat2wasm("(module)")
    b'\\x00asm\\x01\\x00\\x00\\x00'
    """
    if not isinstance(wat, str):
        raise TypeError(f"argument 'wat': '{type(wat).__name__}' object cannot be converted to 'PyString'")
    return core.wat2wasm(FACE, wat)


def wasm2wat(bytes: bytes) -> str:
    """A binary module in text form.

    >>> from anywasm.wasmer import wasm2wat
    >>> wasm2wat(b"\\x00asm\\x01\\x00\\x00\\x00")
    '(module)\\n'
    """
    if type(bytes).__name__ != "bytes":
        raise TypeError(f"argument 'bytes': '{type(bytes).__name__}' object cannot be converted to 'PyBytes'")
    return core.wasm2wat(FACE, bytes)
