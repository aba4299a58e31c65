"""The text format."""

from __future__ import annotations

from typing import Any

from anywasm.core.errors import take
from anywasm.core.face import Face
from anywasm.engines import default_engine


def wat2wasm(face: Face, text: str | bytes) -> bytes:
    """A module in text form as a binary; a binary passes through. The style's error says where the text is wrong."""
    return _convert(face, "aw_wat2wasm", text.encode() if isinstance(text, str) else text)


def wasm2wat(face: Face, wasm: bytes) -> str:
    """A binary module in text form."""
    return _convert(face, "aw_wasm2wat", wasm).decode()


def _convert(face: Face, name: str, data: Any) -> bytes:
    native = default_engine()
    lib, ffi = native.lib, native.ffi
    raw = getattr(lib, name)(ffi.from_buffer(data), len(data))
    if not raw:
        raise face.exception(take(native))
    try:
        return bytes(ffi.buffer(raw.data, raw.len))
    finally:
        lib.aw_bytes_delete(raw)
