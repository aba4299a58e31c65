"""The classes `ImportType` and `ExportType`, for the imports and exports of a module."""

from __future__ import annotations

from typing import Optional

from anywasm import core
from anywasm.wasmtime.described import Described
from anywasm.wasmtime.types.externtype import AsExternType, type_from_core


class ImportType(Described[core.Import]):
    """An import of a module. An import has a module name, a name and a type."""

    @property
    def module(self) -> str:
        """The module name, the first of the two names of an import."""
        return self._core_object.module

    @property
    def name(self) -> Optional[str]:
        """The name, the second of the two names of an import.

        The name is never None, because only an early module-linking proposal had imports without a name.
        """
        return self._core_object.name

    @property
    def type(self) -> AsExternType:
        """The type that an object must have to be imported."""
        ty: AsExternType = type_from_core(self._core_object.type)
        return ty


class ExportType(Described[core.Export]):
    """An export of a module. An export has a name and a type."""

    @property
    def name(self) -> str:
        """The name of the export. Each export of a module has another name."""
        return self._core_object.name

    @property
    def type(self) -> AsExternType:
        """The type of the exported object."""
        ty: AsExternType = type_from_core(self._core_object.type)
        return ty
