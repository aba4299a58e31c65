"""WebAssembly modules as Python modules: `import anywasm.wasmtime.loader`, then import `.wasm` and `.wat` files.

A file `NAME.wasm` or `NAME.wat` on `sys.path`, or in a package, is what `import NAME` finds where Python itself finds
nothing. Its exports are the module's attributes; functions are called without a store, since all these modules share
one, `store`. Its imports are looked up in the Python modules of their names, which may be WebAssembly again: a Python
function becomes a function of the type asked for, a number an immutable global, and `Func`, `Memory`, `Table` and
`Global` objects of `store` are taken as they are. WASI is there, with the process's standard streams and nothing else.

wasmtime-py had such a module until 2025, with the same use.

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

#: What all imported modules live in; on the engine that was the default when this was imported first.
store = Store()

SUFFIXES = [".wasm", ".wat"]


class WasmLoader(FileLoader):
    """Makes a Python module of a file."""

    def create_module(self, spec: ModuleSpec) -> None:
        """An ordinary module object will do."""

    def get_source(self, fullname: str) -> None:
        """There is no Python source."""

    def exec_module(self, module: ModuleType) -> None:
        """Instantiates the file, calls its `_initialize` if it has one, and gives the module its exports as attributes.

        ImportError where an import is not there or does not fit. What its start function raises comes as it is.
        """
        compiled = Module(store.engine, self.get_data(self.path))
        linker = Linker(store.engine)
        linker.allow_shadowing = True  # A module may ask for a name twice.
        for asked in compiled.imports:
            if asked.module in wasi.MODULES.values():
                _give_wasi()
                linker.define_wasi()
            else:
                linker.define(store, asked.module, asked.name or "", self._find(asked))
        try:
            instance = linker.instantiate(store, compiled)
        except WasmtimeError as error:
            raise ImportError(f"{error} (needed by {self.path})", name=self.name, path=self.path) from error
        command.initialize(instance._core)
        for name, item in instance.exports(store).items():
            setattr(module, name, functools.partial(item, store) if isinstance(item, Func) else item)

    def _find(self, asked: ImportType) -> Any:
        source = importlib.import_module(asked.module)
        try:
            item = getattr(source, asked.name or "")
            return _as_import(asked.type, item)
        except (AttributeError, TypeError) as error:
            text = f"cannot import {asked.name!r} from {asked.module!r}: {error} (needed by {self.path})"
            raise ImportError(text, name=self.name, path=self.path) from error


@functools.cache
def _give_wasi() -> None:
    config = WasiConfig()
    config.inherit_stdin()
    config.inherit_stdout()
    config.inherit_stderr()
    store.set_wasi(config)


def _as_import(ty: Any, item: Any) -> Any:
    if isinstance(item, functools.partial) and isinstance(item.func, Func):
        return item.func  # A function of another WebAssembly module.
    if isinstance(ty, FuncType) and callable(item) and not isinstance(item, Func):
        return Func(store, ty, item)
    if isinstance(ty, GlobalType) and not ty.mutable and isinstance(item, (int, float)):
        return Global(store, ty, item)
    unwrap(item)
    return item


class WasmFinder(MetaPathFinder):
    """Finds the files, after all that Python itself finds."""

    def __init__(self) -> None:
        self._finders: dict[str, FileFinder] = {}

    def find_spec(
        self, fullname: str, path: Optional[Sequence[str]], target: Optional[ModuleType] = None
    ) -> Optional[ModuleSpec]:
        """Where a module of this name is, or None."""
        for folder in sys.path if path is None else path:
            finder = self._finders.get(folder)
            if finder is None:
                finder = self._finders.setdefault(folder, FileFinder(folder, (WasmLoader, SUFFIXES)))
            spec = finder.find_spec(fullname)
            # Without a loader it is a folder, which is none of ours.
            if spec is not None and spec.loader is not None:
                return spec
        return None

    def invalidate_caches(self) -> None:
        """New files are found from now on."""
        for finder in self._finders.values():
            finder.invalidate_caches()


# Only one, also where this module is loaded again.
sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__name__ != WasmFinder.__name__]
sys.meta_path.append(WasmFinder())
