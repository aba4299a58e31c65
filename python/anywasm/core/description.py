"""Descriptions of modules: their names, imports, exports and custom sections."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, cast

from anywasm.core import types
from anywasm.core.errors import take_failure
from anywasm.core.style import StyleAdapter
from anywasm.engines import EngineModule


class Import(NamedTuple):
    """An import of a module: the import's module name and name, and the type of the extern that the module imports."""

    module: str
    name: str
    type: types.ExternType


class Export(NamedTuple):
    """An export of a module: the name and the type of the extern that the module exports."""

    name: str
    type: types.ExternType


class Description(NamedTuple):
    """The description of a module that has not been compiled."""

    #: The name that the module's name section gives to the module. None if the section gives the module no name.
    name: str | None
    #: The imports, in the order of the module's import section.
    imports: tuple[Import, ...]
    #: The exports, in the order of the module's export section.
    exports: tuple[Export, ...]
    #: The name and contents of each custom section, in the module's order.
    custom_sections: list[tuple[str, bytes]]


def describe(style: StyleAdapter, engine_module: EngineModule, wasm: bytes) -> Description:
    """Reads the description of a binary module.

    The code of functions is neither checked nor compiled, and the module may use features that the engine lacks. All
    engine modules return the same description. Raises the API style's exception if the module is malformed.
    """
    lib, ffi = engine_module.lib, engine_module.ffi
    info = lib.aw_module_info_read(ffi.from_buffer(wasm), len(wasm))
    if not info:
        raise style.exception(take_failure(engine_module))
    try:
        return Description(
            read_name(engine_module, info),
            read_imports(engine_module, info),
            read_exports(engine_module, info),
            read_custom_sections(engine_module, info),
        )
    finally:
        lib.aw_module_info_delete(info)


def read_name(engine_module: EngineModule, info: Any) -> str | None:
    """Returns the name in an `aw_module_info_parts *`, or None if the module has no name."""
    return engine_module.text(info.name) if info.name.data else None


def read_imports(engine_module: EngineModule, info: Any) -> tuple[Import, ...]:
    """Returns the imports in an `aw_module_info_parts *`."""
    text, read_type = engine_module.text, _type_reader(engine_module)
    raw_imports = (info.imports[index] for index in range(info.imports_len))
    return tuple(Import(text(raw.module), text(raw.name), read_type(raw.ty)) for raw in raw_imports)


def read_exports(engine_module: EngineModule, info: Any) -> tuple[Export, ...]:
    """Returns the exports in an `aw_module_info_parts *`."""
    text, read_type = engine_module.text, _type_reader(engine_module)
    raw_exports = (info.exports[index] for index in range(info.exports_len))
    return tuple(Export(text(raw.name), read_type(raw.ty)) for raw in raw_exports)


def read_custom_sections(engine_module: EngineModule, info: Any) -> list[tuple[str, bytes]]:
    """Returns the name and contents of each custom section in an `aw_module_info_parts *`."""
    raw_sections = (info.custom_sections[index] for index in range(info.custom_sections_len))
    return [(engine_module.text(raw.name), engine_module.bytes(raw.contents)) for raw in raw_sections]


def _type_reader(engine_module: EngineModule) -> Callable[[Any], types.ExternType]:
    """Returns a function that converts the types of one module's imports or exports."""
    func_types: dict[tuple[Any, ...], types.FuncType] = {}
    return lambda raw: cast(types.ExternType, types.read(engine_module, raw, func_types))
