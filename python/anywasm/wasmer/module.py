"""Defines the class `Module`. Its objects are compiled modules."""

from __future__ import annotations

from typing import Any

from anywasm import core
from anywasm.wasmer import arguments
from anywasm.wasmer.sealed import Sealed
from anywasm.wasmer.store import Store
from anywasm.wasmer.text import to_binary
from anywasm.wasmer.types import ExportType, ImportType, type_from_core


class Module(Sealed):
    """A compiled module.

    The parameter `bytes` is a module in the binary format (`bytes`) or in the text format (`str` or `bytes`). Raises
    RuntimeError if the module is malformed or invalid.

    >>> from anywasm.wasmer import Module, Store
    >>> Module(Store(), "(module $shop)").name
    'shop'
    """

    __slots__ = ("_core", "_name", "_store")

    def __init__(self, store: Store, bytes: bytes | str) -> None:
        arguments.check_instance("store", store, Store)
        binary = _to_binary_format(store, bytes)
        store._store_engine._core_check_compiles()
        self._init(store, core.Module.compile(store._engine, binary))

    def _init(self, store: Store, ptr: Any) -> None:
        self._store = store
        self._core = core.Module(store._engine, ptr)
        self._name = self._core.name_section

    @staticmethod
    def validate(store: Store, bytes: bytes) -> bool:
        """Returns whether `bytes` is a valid module in the binary format.

        Also returns False if `bytes` is not a `bytes` object, and if the store has no compiler.
        """
        arguments.check_instance("store", store, Store)
        if store.compiler_name is None or not _is_bytes(bytes):
            return False
        return core.Module.check(store._engine, bytes) is None

    @property
    def name(self) -> str | None:
        """The name of the module. None if the module has no name. Programs can set the name."""
        return self._name

    @name.setter
    def name(self, name: str) -> None:
        self._name = arguments.check_text(None, name)

    @property
    def exports(self) -> list[ExportType]:
        """The names and types of the exports, in the module's order."""
        return [ExportType(export.name, type_from_core(export.type)) for export in self._core.export_list]

    @property
    def imports(self) -> list[ImportType]:
        """The module names, names and types of the imports, in the module's order."""
        return [
            ImportType(import_.module, import_.name, type_from_core(import_.type)) for import_ in self._core.import_list
        ]

    def custom_sections(self, name: str) -> list[bytes]:
        """Returns the contents of all custom sections with this name.

        The custom section that is itself called "name" is excluded: the result of `custom_sections("name")` is an empty
        list.

        >>> from anywasm.wasmer import Module, Store
        >>> Module(Store(), '(module (@custom "note" "hello"))').custom_sections("note")
        [b'hello']
        """
        arguments.check_text("name", name)
        return [contents for section, contents in self._core.custom_section_contents() if section == name != "name"]

    def serialize(self) -> bytes:
        """Returns the compiled module as bytes. `deserialize` accepts the bytes with the same version of the engine.

        The bytes contain the name of the module, also if the program has set the name.
        """
        binary = self._core.dump()
        if self._name is None or self._name == self._core.name_section:
            return binary
        name = self._name.encode()
        return b"".join((_NAME_MARK, len(name).to_bytes(4, "little"), name, binary))

    @staticmethod
    def deserialize(store: Store, bytes: bytes) -> Module:
        """Returns a module from `bytes`, a result of `serialize`.

        Raises RuntimeError if another engine, or another version of the engine, has serialized the module. The bytes
        must come from a trusted source, because they contain machine code.
        """
        arguments.check_instance("store", store, Store)
        name, binary = _split_name(arguments.check_bytes("bytes", bytes))
        module = Module.__new__(Module)
        module._init(store, core.Module.load(store._engine, binary))
        if name is not None:
            module._name = name
        return module


#: The first bytes of a serialized module whose name a program has set. The length of the name follows, then the name,
#: then what the core has serialized.
_NAME_MARK = b"\0anywasm name"


def _split_name(serialized: bytes) -> tuple[str | None, bytes]:
    """Returns the name that a program has set, or None, and the bytes for the core."""
    if not serialized.startswith(_NAME_MARK):
        return None, serialized
    start = len(_NAME_MARK) + 4
    end = start + int.from_bytes(serialized[len(_NAME_MARK) : start], "little")
    return serialized[start:end].decode(errors="replace"), serialized[end:]


def _to_binary_format(store: Store, source: Any) -> bytes:
    if isinstance(source, str):
        return _translate_text(store, source)
    if not _is_bytes(source):
        raise TypeError("`Module` accepts Wasm bytes or a WAT string")
    binary: bytes = source
    return binary if binary.startswith(b"\0asm") else _translate_text(store, binary)


def _is_bytes(source: Any) -> bool:
    # `Module.validate` cannot do this check itself, because its parameter `bytes` hides the class `bytes`.
    return isinstance(source, bytes)


def _translate_text(store: Store, source: str | bytes) -> bytes:
    try:
        return to_binary(source, store._engine._core_engine_module, frames_above=4)
    except RuntimeError as error:
        raise RuntimeError(f"WebAssembly translation error: Error when converting wat: {error}") from None
