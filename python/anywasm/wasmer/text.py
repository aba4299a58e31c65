"""Translation between the text format and the binary format."""

from __future__ import annotations

import warnings

from anywasm import core
from anywasm.engines import EngineModule
from anywasm.wasmer import arguments
from anywasm.wasmer.spelling import modern, modern_bytes
from anywasm.wasmer.style import TEXT_STYLE

_OLD_NAMES = "the text uses names that the WebAssembly text format had before 2020, such as get_local for local.get"


def wat2wasm(wat: str) -> bytes:
    """Translates a module from the text format to the binary format. RuntimeError with the position of a mistake.

    >>> from anywasm.wasmer import wat2wasm
    >>> wat2wasm("(module)")
    b'\\x00asm\\x01\\x00\\x00\\x00'
    """
    return to_binary(arguments.text("wat", wat), callers=2)


def wasm2wat(bytes: bytes) -> str:
    """Translates a module from the binary format to the text format.

    >>> from anywasm.wasmer import wasm2wat
    >>> wasm2wat(b"\\x00asm\\x01\\x00\\x00\\x00")
    '(module)'
    """
    return core.wasm2wat(TEXT_STYLE, arguments.binary("bytes", bytes)).rstrip()


def to_binary(text: str | bytes, engine_module: EngineModule | None = None, *, callers: int) -> bytes:
    """Translates a module from the text format to the binary format. RuntimeError with the position of a mistake.

    Text with the names that the format had before 2020 is accepted too. It causes a PendingDeprecationWarning, which
    Python does not show by default. The warning points at a line of the program, `callers` frames above this function.
    """
    try:
        return core.wat2wasm(TEXT_STYLE, text, engine_module)
    except RuntimeError:
        modern_text = modern(text) if isinstance(text, str) else modern_bytes(text)
        if modern_text == text:
            raise
    binary = core.wat2wasm(TEXT_STYLE, modern_text, engine_module)
    warnings.warn(_OLD_NAMES, PendingDeprecationWarning, stacklevel=callers + 1)
    return binary
