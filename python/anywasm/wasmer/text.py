"""The text format."""

from __future__ import annotations

import warnings

from anywasm import core
from anywasm.engines import EngineModule
from anywasm.wasmer import arguments
from anywasm.wasmer.spelling import modern, modern_bytes
from anywasm.wasmer.style import TEXT_STYLE

_FORMER = "the text uses names that the WebAssembly text format had before 2020, such as get_local for local.get"


def wat2wasm(wat: str) -> bytes:
    """A module in text form as a binary; RuntimeError says where the text is wrong.

    >>> from anywasm.wasmer import wat2wasm
    >>> wat2wasm("(module)")
    b'\\x00asm\\x01\\x00\\x00\\x00'
    """
    return to_binary(arguments.text("wat", wat), above=2)


def wasm2wat(bytes: bytes) -> str:
    """A binary module in text form.

    >>> from anywasm.wasmer import wasm2wat
    >>> wasm2wat(b"\\x00asm\\x01\\x00\\x00\\x00")
    '(module)'
    """
    return core.wasm2wat(TEXT_STYLE, arguments.binary("bytes", bytes)).rstrip()


def to_binary(text: str | bytes, engine_module: EngineModule | None = None, *, above: int) -> bytes:
    """A module in text form as a binary, in today's spelling or the former one. The error is a plain RuntimeError.

    The former one comes with a PendingDeprecationWarning, which Python shows to those who ask for it; the program's
    frame that it points at is so many `above` this function's.
    """
    try:
        return core.wat2wasm(TEXT_STYLE, text, engine_module)
    except RuntimeError:
        newer = modern(text) if isinstance(text, str) else modern_bytes(text)
        if newer == text:
            raise
    binary = core.wat2wasm(TEXT_STYLE, newer, engine_module)
    warnings.warn(_FORMER, PendingDeprecationWarning, stacklevel=above + 1)
    return binary
