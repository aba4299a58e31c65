"""The text format."""

from __future__ import annotations

from typing import Any

from anywasm.core.errors import take
from anywasm.core.style import StyleAdapter
from anywasm.engines import EngineModule, default_engine


def wat2wasm(style: StyleAdapter, text: str | bytes, engine_module: EngineModule | None = None) -> bytes:
    """A module in text form as a binary; a binary passes through. The style's error says where the text is wrong.

    Any engine module can do it, all the same way; without one the default is asked.
    """
    return _convert(style, engine_module, "aw_wat2wasm", text.encode() if isinstance(text, str) else text)


def wasm2wat(style: StyleAdapter, wasm: bytes) -> str:
    """A binary module in text form."""
    return _convert(style, None, "aw_wasm2wat", wasm).decode()


def _convert(style: StyleAdapter, engine_module: EngineModule | None, name: str, data: Any) -> bytes:
    engine_module = engine_module or default_engine()
    lib, ffi = engine_module.lib, engine_module.ffi
    raw = getattr(lib, name)(ffi.from_buffer(data), len(data))
    if not raw:
        raise style.exception(take(engine_module))
    try:
        return bytes(ffi.buffer(raw.data, raw.len))
    finally:
        lib.aw_bytes_delete(raw)
