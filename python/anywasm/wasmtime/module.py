"""Modules."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from anywasm import core
from anywasm.wasmtime.engine import Engine
from anywasm.wasmtime.face import FACE
from anywasm.wasmtime.types import ExportType, ImportType, of_core


class Module(core.Module):
    """A compiled module, from a binary or from text.

    >>> from anywasm.wasmtime import Engine, Module
    >>> [export.name for export in Module(Engine(), '(module (func (export "f")))').exports]
    ['f']
    """

    def __init__(self, engine: Engine, wasm: str | bytes | bytearray) -> None:
        super().__init__(engine, core.Module.compile(_engine(engine), _binary(engine, wasm)))

    @classmethod
    def _from(cls, engine: Engine, ptr: Any) -> Module:
        module = cls.__new__(cls)
        core.Module.__init__(module, engine, ptr)
        return module

    @classmethod
    def from_file(cls, engine: Engine, path: str | bytes | os.PathLike[str]) -> Module:
        """A module from a file, binary or text."""
        return cls(engine, Path(os.fsdecode(path)).read_bytes())

    @classmethod
    def validate(cls, engine: Engine, wasm: bytes | bytearray) -> None:
        """Raises WasmtimeError, with the reason, where a binary is not valid."""
        problem = core.Module.check(engine, _bytes(wasm))
        if problem is not None:
            raise problem

    def serialize(self) -> bytearray:
        """The module as bytes, for `deserialize` with the same engine in the same version."""
        return bytearray(self.dump())

    @classmethod
    def deserialize(cls, engine: Engine, encoded: bytes | bytearray) -> Module:
        """A module from what `serialize` gave; WasmtimeError where another engine or version gave it.

        The bytes must not come from an untrusted source: they are machine code.
        """
        return cls._from(engine, core.Module.load(_engine(engine), _bytes(encoded)))

    @classmethod
    def deserialize_file(cls, engine: Engine, path: str) -> Module:
        """As `deserialize`, from a file."""
        return cls.deserialize(engine, Path(path).read_bytes())

    @property
    def imports(self) -> list[ImportType]:
        """Its imports, in its own order."""
        return [ImportType(each.module, each.name, of_core(each.type)) for each in self.import_list]

    @property
    def exports(self) -> list[ExportType]:
        """Its exports, in its own order."""
        return [ExportType(each.name, of_core(each.type)) for each in self.export_list]


def _engine(engine: Any) -> Engine:
    if not isinstance(engine, Engine):
        raise TypeError("expected an Engine")
    return engine


def _bytes(wasm: Any) -> bytes | bytearray:
    if not isinstance(wasm, (bytes, bytearray)):
        raise TypeError("expected wasm bytes")
    return wasm


def _binary(engine: Engine, wasm: Any) -> bytes | bytearray:
    """Text, as str or as bytes that do not begin with a zero byte, is translated; a bytearray is never text."""
    if wasm and (isinstance(wasm, str) or (isinstance(wasm, bytes) and wasm[0] != 0)):
        return core.wat2wasm(FACE, wasm, engine.native)
    return _bytes(wasm)
