"""Engines."""

from __future__ import annotations

from collections.abc import Mapping

from anywasm.core.errors import take
from anywasm.core.face import Face
from anywasm.core.handle import Handle
from anywasm.engines import Native, default_engine, load


class Engine(Handle):
    """An engine with its options, shared by the stores and modules made with it.

    `name` is an engine's name, or None for the default one; `options` are the engine's own. Raises the style's error
    for an option that the engine does not have.
    """

    def __init__(self, face: Face, name: str | None = None, options: Mapping[str, str] | None = None) -> None:
        native = load(name) if name else default_engine()
        raw = native.ffi.gc(native.lib.aw_options_new(), native.lib.aw_options_delete)
        for key, value in (options or {}).items():
            name_bytes, value_bytes = key.encode(), value.encode()
            if not native.lib.aw_options_set(raw, name_bytes, len(name_bytes), value_bytes, len(value_bytes)):
                raise face.exception(take(native))
        super().__init__(native, face, native.lib.aw_engine_new(raw), native.lib.aw_engine_delete)

    @property
    def native(self) -> Native:
        """The engine module."""
        return self._native

    @property
    def face(self) -> Face:
        """The style."""
        return self._face
