"""The classes `ImportType` and `ExportType`, for the imports and exports of a module."""

from __future__ import annotations

from typing import Optional

from anywasm import core
from anywasm.wasmtime.described import Described
from anywasm.wasmtime.types.externtype import AsExternType, type_from_core


class ImportType(Described[core.Import]):
    """An import of a module: its module name, name and type."""

    @property
    def module(self) -> str:
        """The module name."""
        return self._core.module

    @property
    def name(self) -> Optional[str]:
        """The name. Never None: only an early module-linking proposal had imports without a name."""
        return self._core.name

    @property
    def type(self) -> AsExternType:
        """The type of the import."""
        result: AsExternType = type_from_core(self._core.type)
        return result


class ExportType(Described[core.Export]):
    """An export of a module: its name and type."""

    @property
    def name(self) -> str:
        """The name."""
        return self._core.name

    @property
    def type(self) -> AsExternType:
        """The type of the export."""
        result: AsExternType = type_from_core(self._core.type)
        return result
