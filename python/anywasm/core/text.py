"""The text format."""

from __future__ import annotations

from typing import Any

from anywasm.core.errors import take
from anywasm.core.face import Face
from anywasm.engines import Native, default_engine


def wat2wasm(face: Face, text: str | bytes, native: Native | None = None) -> bytes:
    """A module in text form as a binary; a binary passes through. The style's error says where the text is wrong.

    Any engine module can do it, all the same way; without one the default is asked.
    """
    return _convert(face, native, "aw_wat2wasm", text.encode() if isinstance(text, str) else text)


def wasm2wat(face: Face, wasm: bytes) -> str:
    """A binary module in text form."""
    return _convert(face, None, "aw_wasm2wat", wasm).decode()


def _convert(face: Face, native: Native | None, name: str, data: Any) -> bytes:
    native = native or default_engine()
    lib, ffi = native.lib, native.ffi
    raw = getattr(lib, name)(ffi.from_buffer(data), len(data))
    if not raw:
        raise face.exception(take(native))
    try:
        return bytes(ffi.buffer(raw.data, raw.len))
    finally:
        lib.aw_bytes_delete(raw)
