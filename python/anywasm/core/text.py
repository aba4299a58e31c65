"""The text format of WebAssembly."""

from __future__ import annotations

from typing import Any

from anywasm.core.errors import take_failure
from anywasm.core.style import StyleAdapter
from anywasm.engines import EngineModule, default_engine


def wat2wasm(style: StyleAdapter, text: str | bytes, engine_module: EngineModule | None = None) -> bytes:
    """Converts a module in text form to a binary module; a binary module is returned as it is.

    The style's error says where the text is wrong. All engine modules convert in the same way; if `engine_module` is
    None, the default engine's is used.
    """
    return _convert(style, engine_module, "aw_wat2wasm", text.encode() if isinstance(text, str) else text)


def wasm2wat(style: StyleAdapter, wasm: bytes) -> str:
    """Converts a binary module to text form."""
    return _convert(style, None, "aw_wasm2wat", wasm).decode()


def _convert(style: StyleAdapter, engine_module: EngineModule | None, function: str, data: Any) -> bytes:
    engine_module = engine_module or default_engine()
    lib, ffi = engine_module.lib, engine_module.ffi
    raw = getattr(lib, function)(ffi.from_buffer(data), len(data))
    if not raw:
        raise style.exception(take_failure(engine_module))
    try:
        return bytes(ffi.buffer(raw.data, raw.len))
    finally:
        lib.aw_bytes_delete(raw)
