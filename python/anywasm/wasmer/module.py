"""Modules."""

from __future__ import annotations

from typing import Any

from anywasm import core
from anywasm.wasmer import arguments
from anywasm.wasmer.sealed import Sealed
from anywasm.wasmer.store import Store
from anywasm.wasmer.text import to_binary
from anywasm.wasmer.types import ExportType, ImportType, of_core


class Module(Sealed):
    """A compiled module, from a binary or from text.

    >>> from anywasm.wasmer import Module, Store
    >>> Module(Store(), "(module $shop)").name
    'shop'
    """

    __slots__ = ("_core", "_name", "_store")

    def __init__(self, store: Store, bytes: bytes | str) -> None:
        arguments.instance("store", store, Store)
        binary = _binary(store, bytes)
        store._kind.check_compiles()
        self._set(store, core.Module.compile(store._engine, binary))

    def _set(self, store: Store, ptr: Any) -> None:
        self._store = store
        self._core = core.Module(store._engine, ptr)
        self._name = self._core.name_section

    @staticmethod
    def validate(store: Store, bytes: bytes) -> bool:
        """Whether a binary is a valid module; False for anything but `bytes`, and where there is no compiler."""
        arguments.instance("store", store, Store)
        if store.compiler_name is None or not _is_binary(bytes):
            return False
        return core.Module.check(store._engine, bytes) is None

    @property
    def name(self) -> str | None:
        """Its name, which can be set."""
        return self._name

    @name.setter
    def name(self, name: str) -> None:
        self._name = arguments.text(None, name)

    @property
    def exports(self) -> list[ExportType]:
        """Its exports, in its own order."""
        return [ExportType(export.name, of_core(export.type)) for export in self._core.export_list]

    @property
    def imports(self) -> list[ImportType]:
        """Its imports, in its own order."""
        return [ImportType(each.module, each.name, of_core(each.type)) for each in self._core.import_list]

    def custom_sections(self, name: str) -> list[bytes]:
        """The contents of all custom sections of this name, other than the one that holds names, `name`.

        >>> from anywasm.wasmer import Module, Store
        >>> Module(Store(), '(module (@custom "note" "hello"))').custom_sections("note")
        [b'hello']
        """
        arguments.text("name", name)
        return [contents for section, contents in self._core.custom_section_contents() if section == name != "name"]

    def serialize(self) -> bytes:
        """The module as bytes, for `deserialize` with the same engine in the same version."""
        return self._core.dump()

    @staticmethod
    def deserialize(store: Store, bytes: bytes) -> Module:
        """A module from what `serialize` gave; RuntimeError where another engine or version gave it.

        The bytes must not come from an untrusted source: they are machine code.
        """
        arguments.instance("store", store, Store)
        module = Module.__new__(Module)
        module._set(store, core.Module.load(store._engine, arguments.binary("bytes", bytes)))
        return module


def _binary(store: Store, source: Any) -> bytes:
    if isinstance(source, str):
        return _from_text(store, source)
    if not _is_binary(source):
        raise TypeError("`Module` accepts Wasm bytes or a WAT string")
    binary: bytes = source
    return binary if binary.startswith(b"\0asm") else _from_text(store, binary)


def _is_binary(source: Any) -> bool:
    return isinstance(source, bytes)


def _from_text(store: Store, source: str | bytes) -> bytes:
    try:
        return to_binary(source, store._engine._core_engine_module, above=4)
    except RuntimeError as error:
        raise RuntimeError(f"WebAssembly translation error: Error when converting wat: {error}") from None
