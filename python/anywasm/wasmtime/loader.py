"""Imports WebAssembly modules as Python modules: `import anywasm.wasmtime.loader`, then import `.wasm` or `.wat` files.

`import NAME` loads the file `NAME.wasm` or `NAME.wat` from `sys.path` or from a package, if there is no Python module
of this name. The exports of the file become attributes of the new Python module. Programs call the exported functions
without a store, because all imported WebAssembly files share the store `anywasm.wasmtime.loader.store`.

An import of a file has a module name and a name. The loader imports the Python module with the module name, and takes
the attribute with the name. This Python module can be a WebAssembly file too. A Python function becomes a function of
the imported type. A number becomes an immutable global. `Func`, `Memory`, `Table` and `Global` objects of `store` are
imported unchanged. WASI programs can use the standard streams of this process. They have no arguments, environment
variables or directories.

wasmtime-py had a module `loader` for the same purpose until 2025.

>>> import sys, tempfile, pathlib
>>> folder = pathlib.Path(tempfile.mkdtemp())
>>> _ = (folder / "doubling.wat").write_text('''
... (module (func (export "double") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2))))''')
>>> sys.path.append(str(folder))
>>> import anywasm.wasmtime.loader
>>> import doubling
>>> doubling.double(21)
42
"""

from __future__ import annotations

import functools
import importlib
import sys
from collections.abc import Sequence
from importlib.abc import FileLoader, MetaPathFinder
from importlib.machinery import FileFinder, ModuleSpec
from types import ModuleType
from typing import Any, Optional

from anywasm.core import command, wasi
from anywasm.wasmtime.errors import WasmtimeError
from anywasm.wasmtime.extern import unwrap
from anywasm.wasmtime.func import Func
from anywasm.wasmtime.globals import Global
from anywasm.wasmtime.linker import Linker
from anywasm.wasmtime.module import Module
from anywasm.wasmtime.store import Store
from anywasm.wasmtime.types import FuncType, GlobalType, ImportType
from anywasm.wasmtime.wasi import WasiConfig

#: The store of all imported WebAssembly files. The engine is the default engine at the first import of this module.
store = Store()

SUFFIXES = [".wasm", ".wat"]


class WasmLoader(FileLoader):
    """Loads a WebAssembly file as a Python module."""

    def create_module(self, spec: ModuleSpec) -> None:
        """Returns None, so that the import system creates an ordinary module object."""

    def get_source(self, fullname: str) -> None:
        """Returns None, because a WebAssembly file has no Python source."""

    def exec_module(self, module: ModuleType) -> None:
        """Instantiates the file, calls the export `_initialize` if it exists, and sets the exports as attributes.

        Raises ImportError if an import is missing or has the wrong type. If the start function raises an exception,
        this method raises the same exception.
        """
        wasm_module = Module(store.engine, self.get_data(self.path))
        linker = Linker(store.engine)
        linker.allow_shadowing = True  # A module may import a name twice.
        for import_ in wasm_module.imports:
            if import_.module in wasi.MODULE_NAMES.values():
                _set_up_wasi()
                linker.define_wasi()
            else:
                linker.define(store, import_.module, import_.name or "", self._find_import(import_))
        try:
            instance = linker.instantiate(store, wasm_module)
        except WasmtimeError as error:
            raise ImportError(f"{error} (needed by {self.path})", name=self.name, path=self.path) from error
        command.initialize(instance._core_object)
        for name, extern in instance.exports(store).items():
            setattr(module, name, functools.partial(extern, store) if isinstance(extern, Func) else extern)

    def _find_import(self, import_: ImportType) -> Any:
        python_module = importlib.import_module(import_.module)
        try:
            attribute = getattr(python_module, import_.name or "")
            return _to_extern(import_.type, attribute)
        except (AttributeError, TypeError) as error:
            text = f"cannot import {import_.name!r} from {import_.module!r}: {error} (needed by {self.path})"
            raise ImportError(text, name=self.name, path=self.path) from error


@functools.cache  # Configures the store only once, when the first file imports WASI.
def _set_up_wasi() -> None:
    config = WasiConfig()
    config.inherit_stdin()
    config.inherit_stdout()
    config.inherit_stderr()
    store.set_wasi(config)


def _to_extern(ty: Any, attribute: Any) -> Any:
    """Converts an attribute of a Python module to an object that WebAssembly can import as this type.

    Raises TypeError if WebAssembly cannot import the attribute.
    """
    if isinstance(attribute, functools.partial) and isinstance(attribute.func, Func):
        return attribute.func  # `exec_module` has created this `partial` for an export of another WebAssembly file.
    if isinstance(ty, FuncType) and callable(attribute) and not isinstance(attribute, Func):
        return Func(store, ty, attribute)
    if isinstance(ty, GlobalType) and not ty.mutable and isinstance(attribute, (int, float)):
        return Global(store, ty, attribute)
    unwrap(attribute)
    return attribute


class WasmFinder(MetaPathFinder):
    """Finds WebAssembly files. This finder is the last in `sys.meta_path`, so Python modules take precedence."""

    def __init__(self) -> None:
        self._finders: dict[str, FileFinder] = {}

    def find_spec(
        self, fullname: str, path: Optional[Sequence[str]], target: Optional[ModuleType] = None
    ) -> Optional[ModuleSpec]:
        """Returns the spec of the WebAssembly file for a module name, or None if there is no such file."""
        for folder in sys.path if path is None else path:
            finder = self._finders.get(folder)
            if finder is None:
                finder = self._finders.setdefault(folder, FileFinder(folder, (WasmLoader, SUFFIXES)))
            spec = finder.find_spec(fullname)
            # A spec without a loader describes a folder. Python's own finder handles folders.
            if spec is not None and spec.loader is not None:
                return spec
        return None

    def invalidate_caches(self) -> None:
        """Clears the cached folder listings, so that new files are found.

        `importlib.invalidate_caches` calls this method.
        """
        for finder in self._finders.values():
            finder.invalidate_caches()


# Removes the finder of an earlier load of this module, so that there is only one finder after a reload.
sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__name__ != WasmFinder.__name__]
sys.meta_path.append(WasmFinder())
