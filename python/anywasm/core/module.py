"""Modules: compiling, loading, serializing and inspecting them."""

from __future__ import annotations

from typing import Any

from anywasm.core import description
from anywasm.core.description import Export, Import
from anywasm.core.engine import Engine
from anywasm.core.errors import Failure, take_failure
from anywasm.core.handle import Handle
from anywasm.core.lazy import lazy


class Module(Handle):
    """A compiled module. Instances in all stores of the module's engine can be created from the module."""

    def __init__(self, engine: Engine, ptr: Any) -> None:
        """Takes ownership of `ptr`, a pointer to a new `aw_module`.

        Raises the API style's exception for the failed call if `ptr` is NULL.
        """
        engine_module = engine._core_engine_module
        super().__init__(engine_module, engine._core_style, engine_module.own("module", ptr))
        #: The engine that compiled the module.
        self.engine = engine

    @staticmethod
    def compile(engine: Engine, wasm: bytes | bytearray) -> Any:
        """Compiles a binary module. Returns a pointer to the module, or NULL if the call failed."""
        return _call_with_bytes(engine, engine._core_engine_module.lib.aw_module_new, wasm)

    @staticmethod
    def take_failure(engine: Engine) -> Failure:
        """Returns the failure of `compile`, after it has returned NULL on this thread."""
        return take_failure(engine._core_engine_module)

    @staticmethod
    def load(engine: Engine, data: bytes | bytearray) -> Any:
        """Loads a module from the bytes that `dump` returned.

        Returns a pointer to the module, or NULL if the call failed. The bytes must not come from an untrusted source.
        """
        return _call_with_bytes(engine, engine._core_engine_module.lib.aw_module_deserialize, data)

    @staticmethod
    def check(engine: Engine, wasm: bytes | bytearray) -> BaseException | None:
        """Validates a binary module for this engine.

        Returns None if the module is valid. If the module is invalid, returns, but does not raise, the API style's
        exception that describes the problem. Raises MemoryError if there is not enough memory to find out.
        """
        engine_module = engine._core_engine_module
        if _call_with_bytes(engine, engine_module.lib.aw_module_validate, wasm):
            return None
        exception = engine._core_style.exception(take_failure(engine_module))
        if isinstance(exception, MemoryError):
            raise exception
        return exception

    def dump(self) -> bytes:
        """Serializes the module. Only the same engine in the same version can `load` the returned bytes."""
        lib, ffi = self._core_engine_module.lib, self._core_engine_module.ffi
        raw = self._core_check(lib.aw_module_serialize(self._core_ptr))
        try:
            return bytes(ffi.buffer(raw.data, raw.len))
        finally:
            lib.aw_bytes_delete(raw)

    @lazy
    def import_list(self) -> tuple[Import, ...]:
        """The module's imports, in the order of the module's import section."""
        return description.read_imports(self._core_engine_module, self._info())

    @lazy
    def import_names(self) -> tuple[tuple[str, str], ...]:
        """The module name and the name of each import, in the order of `import_list`."""
        return tuple((each.module, each.name) for each in self.import_list)

    @lazy
    def export_list(self) -> tuple[Export, ...]:
        """The module's exports, in the order of the module's export section."""
        return description.read_exports(self._core_engine_module, self._info())

    @lazy
    def export_positions(self) -> dict[str, int]:
        """Maps the name of each export to its position in `export_list`."""
        return {export.name: index for index, export in enumerate(self.export_list)}

    @lazy
    def has_start(self) -> bool:
        """Whether the module has a start function."""
        return bool(self._info().has_start)

    @lazy
    def has_memories(self) -> bool:
        """Whether the module makes memories of its own."""
        return bool(self._info().has_memories)

    @lazy
    def deferred(self) -> Module:
        """A copy of the module that only exports the start function. The first access compiles the copy.

        The start function is the last export of the copy. Instantiating the copy does not call the start function, so
        the core can prepare the instance before the core calls the start function.
        """
        return Module(self.engine, self._core_engine_module.lib.aw_module_deferred(self._core_ptr))

    @property
    def name_section(self) -> str | None:
        """The name that the module's name section gives to the module. None if the section gives the module no name."""
        return description.read_name(self._core_engine_module, self._info())

    def custom_section_contents(self) -> list[tuple[str, bytes]]:
        """Returns the name and contents of each custom section, in the module's order."""
        return description.read_custom_sections(self._core_engine_module, self._info())

    def _info(self) -> Any:
        """Returns the shim's description of the module. The module owns the description."""
        return self._core_check(self._core_engine_module.lib.aw_module_info(self._core_ptr))


def _call_with_bytes(engine: Engine, function: Any, data: bytes | bytearray) -> Any:
    return function(engine._core_ptr, engine._core_engine_module.ffi.from_buffer(data), len(data))
