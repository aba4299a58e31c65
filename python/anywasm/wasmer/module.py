"""The class `Module`, for compiled modules."""

from __future__ import annotations

from typing import Any

from anywasm import core
from anywasm.wasmer import arguments
from anywasm.wasmer.sealed import Sealed
from anywasm.wasmer.store import Store
from anywasm.wasmer.text import to_binary
from anywasm.wasmer.types import ExportType, ImportType, type_from_core


class Module(Sealed):
    """A compiled module, from the binary format (`bytes`) or the text format (`str` or `bytes`).

    Raises RuntimeError if the module is malformed or not valid.

    >>> from anywasm.wasmer import Module, Store
    >>> Module(Store(), "(module $shop)").name
    'shop'
    """

    __slots__ = ("_core", "_name", "_store")

    def __init__(self, store: Store, bytes: bytes | str) -> None:
        arguments.instance("store", store, Store)
        binary = _binary(store, bytes)
        store._store_engine.check_compiles()
        self._init(store, core.Module.compile(store._engine, binary))

    def _init(self, store: Store, ptr: Any) -> None:
        self._store = store
        self._core = core.Module(store._engine, ptr)
        self._name = self._core.name_section

    @staticmethod
    def validate(store: Store, bytes: bytes) -> bool:
        """Returns whether a binary is a valid module. False for any type but `bytes`, and if the store is headless."""
        arguments.instance("store", store, Store)
        if store.compiler_name is None or not _is_bytes(bytes):
            return False
        return core.Module.check(store._engine, bytes) is None

    @property
    def name(self) -> str | None:
        """The name of the module, or None. It can be set."""
        return self._name

    @name.setter
    def name(self, name: str) -> None:
        self._name = arguments.text(None, name)

    @property
    def exports(self) -> list[ExportType]:
        """The exports, in the module's order."""
        return [ExportType(export.name, type_from_core(export.type)) for export in self._core.export_list]

    @property
    def imports(self) -> list[ImportType]:
        """The imports, in the module's order."""
        return [
            ImportType(import_.module, import_.name, type_from_core(import_.type)) for import_ in self._core.import_list
        ]

    def custom_sections(self, name: str) -> list[bytes]:
        """Returns the contents of all custom sections of this name. The section called `name` is left out.

        >>> from anywasm.wasmer import Module, Store
        >>> Module(Store(), '(module (@custom "note" "hello"))').custom_sections("note")
        [b'hello']
        """
        arguments.text("name", name)
        return [contents for section, contents in self._core.custom_section_contents() if section == name != "name"]

    def serialize(self) -> bytes:
        """Returns the compiled module as bytes, for `deserialize` with the same engine in the same version."""
        return self._core.dump()

    @staticmethod
    def deserialize(store: Store, bytes: bytes) -> Module:
        """Makes a module from the result of `serialize`. RuntimeError if another engine or version serialized it.

        The bytes must come from a trusted source: they are machine code.
        """
        arguments.instance("store", store, Store)
        module = Module.__new__(Module)
        module._init(store, core.Module.load(store._engine, arguments.binary("bytes", bytes)))
        return module


def _binary(store: Store, source: Any) -> bytes:
    if isinstance(source, str):
        return _from_text(store, source)
    if not _is_bytes(source):
        raise TypeError("`Module` accepts Wasm bytes or a WAT string")
    binary: bytes = source
    return binary if binary.startswith(b"\0asm") else _from_text(store, binary)


def _is_bytes(source: Any) -> bool:
    # A function of its own, because a parameter named `bytes` hides the class in `Module.validate`.
    return isinstance(source, bytes)


def _from_text(store: Store, source: str | bytes) -> bytes:
    try:
        return to_binary(source, store._engine._core_engine_module, callers=4)
    except RuntimeError as error:
        raise RuntimeError(f"WebAssembly translation error: Error when converting wat: {error}") from None
