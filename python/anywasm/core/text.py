"""Converts modules between WebAssembly's text format and binary format."""

from __future__ import annotations

from typing import Any

from anywasm.core.errors import ErrorKind, Failure, take_failure
from anywasm.core.style import StyleAdapter
from anywasm.engines import EngineModule, default_engine


def wat2wasm(style: StyleAdapter, text: str | bytes, engine_module: EngineModule | None = None) -> bytes:
    """Converts a module in the text format to the binary format. Returns a binary module unchanged.

    Raises the API style's error if the text is malformed. The message contains the position of the mistake. If
    `engine_module` is None, the default engine's module converts the text. All engine modules return the same bytes.
    """
    return _convert(style, engine_module, "aw_wat2wasm", text.encode() if isinstance(text, str) else text)


def check_is_text(style: StyleAdapter, text: str | bytes) -> None:
    """Raises the API style's error for a module in the binary format, which `wat2wasm` returns unchanged.

    The error has the text of wasmtime's parser for any other text that begins with a null character.
    """
    binary = text.encode() if isinstance(text, str) else text
    if not binary.startswith(b"\0asm"):
        return
    try:
        line = binary.decode().split("\n", 1)[0]
        problem = f"unexpected character '\\u{{0}}'\n     --> <anon>:1:1\n      |\n    1 | {line}\n      | ^"
    except UnicodeDecodeError:
        problem = "input was not valid utf-8"
    raise style.exception(Failure.of(ErrorKind.MALFORMED, problem))


def wasm2wat(style: StyleAdapter, wasm: bytes) -> str:
    """Converts a module in the binary format to the text format.

    Raises the API style's error if the module is malformed.
    """
    return _convert(style, None, "aw_wasm2wat", wasm).decode()


def _convert(style: StyleAdapter, engine_module: EngineModule | None, function_name: str, data: Any) -> bytes:
    """Calls the shim's function `function_name` with `data`, and returns the bytes that the function returned."""
    engine_module = engine_module or default_engine()
    lib, ffi = engine_module.lib, engine_module.ffi
    raw = getattr(lib, function_name)(ffi.from_buffer(data), len(data))
    if not raw:
        raise style.exception(take_failure(engine_module))
    try:
        return bytes(ffi.buffer(raw.data, raw.len))
    finally:
        lib.aw_bytes_delete(raw)
