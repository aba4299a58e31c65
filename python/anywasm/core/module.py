"""Modules."""

from __future__ import annotations

from typing import Any, NamedTuple, cast

from anywasm.core import types
from anywasm.core.engine import Engine
from anywasm.core.errors import take
from anywasm.core.handle import Handle
from anywasm.core.lazy import lazy


class Import(NamedTuple):
    """One import of a module."""

    module: str
    name: str
    type: types.ExternType


class Export(NamedTuple):
    """One export of a module."""

    name: str
    type: types.ExternType


class Module(Handle):
    """A compiled module."""

    def __init__(self, engine: Engine, ptr: Any) -> None:
        super().__init__(engine.engine_module, engine.style, engine.engine_module.own("module", ptr))
        self._engine = engine

    @property
    def core_engine(self) -> Engine:
        """The engine it was compiled by."""
        return self._engine

    @staticmethod
    def compile(engine: Engine, wasm: bytes | bytearray) -> Any:
        """The pointer to a module compiled from a binary."""
        return _with_bytes(engine, engine.engine_module.lib.aw_module_new, wasm)

    @staticmethod
    def load(engine: Engine, data: bytes | bytearray) -> Any:
        """The pointer to a module from what `dump` wrote. The data must not come from an untrusted source."""
        return _with_bytes(engine, engine.engine_module.lib.aw_module_deserialize, data)

    @staticmethod
    def check(engine: Engine, wasm: bytes | bytearray) -> BaseException | None:
        """Why a binary is not valid for this engine, as the style's exception; None where it is."""
        if _with_bytes(engine, engine.engine_module.lib.aw_module_validate, wasm):
            return None
        return engine.style.exception(take(engine.engine_module))

    def dump(self) -> bytes:
        """The module as bytes, for `load` with the same engine in the same version."""
        lib, ffi = self._engine_module.lib, self._engine_module.ffi
        raw = self._check(lib.aw_module_serialize(self._ptr))
        try:
            return bytes(ffi.buffer(raw.data, raw.len))
        finally:
            lib.aw_bytes_delete(raw)

    @lazy
    def import_list(self) -> tuple[Import, ...]:
        """Its imports, in its own order."""
        info, engine_module = self._info(), self._engine_module
        raw = (info.imports[index] for index in range(info.imports_len))
        return tuple(Import(engine_module.text(i.module), engine_module.text(i.name), self._type(i.ty)) for i in raw)

    @lazy
    def import_names(self) -> tuple[tuple[str, str], ...]:
        """Each import's module and name, in its own order."""
        return tuple((asked.module, asked.name) for asked in self.import_list)

    @lazy
    def export_list(self) -> tuple[Export, ...]:
        """Its exports, in its own order."""
        info, engine_module = self._info(), self._engine_module
        raw = (info.exports[index] for index in range(info.exports_len))
        return tuple(Export(engine_module.text(e.name), self._type(e.ty)) for e in raw)

    @lazy
    def export_positions(self) -> dict[str, int]:
        """Where each export is in `export_list`, by name."""
        return {export.name: index for index, export in enumerate(self.export_list)}

    @lazy
    def has_start(self) -> bool:
        """Whether it has a start function."""
        return bool(self._info().has_start)

    @lazy
    def deferred(self) -> Module:
        """The same module, which does not run its start function but exports it, last; compiled once."""
        return Module(self._engine, self._engine_module.lib.aw_module_deferred(self._ptr))

    @property
    def name_section(self) -> str | None:
        """The module's own name."""
        name = self._info().name
        return self._engine_module.text(name) if name.data else None

    def custom_section_contents(self) -> list[tuple[str, bytes]]:
        """All custom sections, in its own order."""
        info, engine_module = self._info(), self._engine_module
        raw = (info.custom_sections[index] for index in range(info.custom_sections_len))
        return [(engine_module.text(section.name), engine_module.bytes(section.contents)) for section in raw]

    def _info(self) -> Any:
        return self._check(self._engine_module.lib.aw_module_info(self._ptr))

    def _type(self, raw: Any) -> types.ExternType:
        return cast(types.ExternType, types.read(self._engine_module, raw))


def _with_bytes(engine: Engine, function: Any, data: bytes | bytearray) -> Any:
    return function(engine._ptr, engine.engine_module.ffi.from_buffer(data), len(data))
