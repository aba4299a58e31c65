"""What a module imports and exports."""

from __future__ import annotations

from typing import Optional

from anywasm import core
from anywasm.wasmtime.described import Described
from anywasm.wasmtime.types.externtype import AsExternType, of_core


class ImportType(Described[core.Import]):
    """An import: the module and the name it is asked of, and its type."""

    @property
    def module(self) -> str:
        """The module asked."""
        return self._core.module

    @property
    def name(self) -> Optional[str]:
        """The name asked for; never None, which only an early proposal for linking modules had a use for."""
        return self._core.name

    @property
    def type(self) -> AsExternType:
        """Its type."""
        result: AsExternType = of_core(self._core.type)
        return result


class ExportType(Described[core.Export]):
    """An export: its name and its type."""

    @property
    def name(self) -> str:
        """Its name."""
        return self._core.name

    @property
    def type(self) -> AsExternType:
        """Its type."""
        result: AsExternType = of_core(self._core.type)
        return result
