"""Imports WebAssembly modules as Python modules: `import anywasm.wasmtime.loader`, then import `.wasm` or `.wat` files.

`import NAME` loads the file `NAME.wasm` or `NAME.wat` from `sys.path` or from a package, if there is no Python module
of this name. The exports are attributes of the module. Functions are called without a store, because all these modules
share one: `store`.

The imports of a file are attributes of the Python modules of their names. These can be WebAssembly files too. A Python
function becomes a function of the imported type. A number becomes an immutable global. `Func`, `Memory`, `Table` and
`Global` objects of `store` are imported unchanged. WASI programs get the standard streams of this process, and no
arguments, environment variables or directories.

wasmtime-py had a module `loader` with the same use until 2025.

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

#: The store of all imported modules. Its engine is the default engine at the time of the first import of this module.
store = Store()

SUFFIXES = [".wasm", ".wat"]


class WasmLoader(FileLoader):
    """Loads a WebAssembly file as a Python module."""

    def create_module(self, spec: ModuleSpec) -> None:
        """Returns None, which makes the import system create an ordinary module object."""

    def get_source(self, fullname: str) -> None:
        """Returns None, because a WebAssembly file has no Python source."""

    def exec_module(self, module: ModuleType) -> None:
        """Instantiates the file, calls its `_initialize` if it exports one, and sets its exports as attributes.

        Raises ImportError if an import is missing or has the wrong type. An exception of the start function is raised
        unchanged.
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
        command.initialize(instance._core)
        for name, item in instance.exports(store).items():
            setattr(module, name, functools.partial(item, store) if isinstance(item, Func) else item)

    def _find_import(self, import_: ImportType) -> Any:
        python_module = importlib.import_module(import_.module)
        try:
            item = getattr(python_module, import_.name or "")
            return _to_extern(import_.type, item)
        except (AttributeError, TypeError) as error:
            text = f"cannot import {import_.name!r} from {import_.module!r}: {error} (needed by {self.path})"
            raise ImportError(text, name=self.name, path=self.path) from error


@functools.cache  # The store is configured once, for the first module that imports WASI.
def _set_up_wasi() -> None:
    config = WasiConfig()
    config.inherit_stdin()
    config.inherit_stdout()
    config.inherit_stderr()
    store.set_wasi(config)


def _to_extern(ty: Any, item: Any) -> Any:
    """Converts an attribute of a Python module to an object that WebAssembly can import as this type."""
    if isinstance(item, functools.partial) and isinstance(item.func, Func):
        return item.func  # A function that `exec_module` made an attribute of another WebAssembly module.
    if isinstance(ty, FuncType) and callable(item) and not isinstance(item, Func):
        return Func(store, ty, item)
    if isinstance(ty, GlobalType) and not ty.mutable and isinstance(item, (int, float)):
        return Global(store, ty, item)
    unwrap(item)
    return item


class WasmFinder(MetaPathFinder):
    """Finds WebAssembly files. It comes last in `sys.meta_path`, so Python modules take precedence."""

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
            # A spec without a loader is for a folder, which Python's own finder handles.
            if spec is not None and spec.loader is not None:
                return spec
        return None

    def invalidate_caches(self) -> None:
        """Clears the cached folder listings, so that new files are found. `importlib.invalidate_caches` calls this."""
        for finder in self._finders.values():
            finder.invalidate_caches()


# If this module is loaded a second time, its finder replaces the former one.
sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__name__ != WasmFinder.__name__]
sys.meta_path.append(WasmFinder())
