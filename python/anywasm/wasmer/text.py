"""Translates modules between the text format and the binary format."""

from __future__ import annotations

import warnings

from anywasm import core
from anywasm.engines import EngineModule
from anywasm.wasmer import arguments
from anywasm.wasmer.spelling import replace_old_names, replace_old_names_in_bytes
from anywasm.wasmer.style import TEXT_STYLE

_OLD_NAMES_WARNING = (
    "the text uses names that the WebAssembly text format had before 2020, such as get_local for local.get"
)


def wat2wasm(wat: str) -> bytes:
    """Translates a module from the text format to the binary format.

    Raises RuntimeError if the text is malformed, or a module in the binary format. The error message contains the
    position of the mistake.

    >>> from anywasm.wasmer import wat2wasm
    >>> wat2wasm("(module)")
    b'\\x00asm\\x01\\x00\\x00\\x00'
    """
    core.check_is_text(TEXT_STYLE, arguments.check_text("wat", wat))
    return to_binary(wat, frames_above=2)


def wasm2wat(bytes: bytes) -> str:
    """Translates a module from the binary format to the text format.

    >>> from anywasm.wasmer import wasm2wat
    >>> wasm2wat(b"\\x00asm\\x01\\x00\\x00\\x00")
    '(module)'
    """
    return core.wasm2wat(TEXT_STYLE, arguments.check_bytes("bytes", bytes)).rstrip()


def to_binary(text: str | bytes, engine_module: EngineModule | None = None, *, frames_above: int) -> bytes:
    """Translates a module from the text format to the binary format.

    Raises RuntimeError if the text is malformed. The error message contains the position of the mistake.

    Also accepts text with names that the text format had before 2020. Such text causes a PendingDeprecationWarning. By
    default, Python does not show warnings of this class. The warning refers to the line of the program that has called
    anywasm. The frame of this line is `frames_above` frames above the frame of this function.
    """
    try:
        return core.wat2wasm(TEXT_STYLE, text, engine_module)
    except RuntimeError:
        modern_text = replace_old_names(text) if isinstance(text, str) else replace_old_names_in_bytes(text)
        if modern_text == text:
            raise
    binary = core.wat2wasm(TEXT_STYLE, modern_text, engine_module)
    warnings.warn(_OLD_NAMES_WARNING, PendingDeprecationWarning, stacklevel=frames_above + 1)
    return binary
