"""`anywasm.activate`, which makes a style available under the name of the package that it replaces.

A finder at the start of `sys.meta_path` handles imports of these packages and their submodules. So `import wasmer`,
`from wasmer import engine` and `import wasmer.wasmer` all load modules of anywasm. The modules are the same objects,
not copies: `wasmer` is `anywasm.wasmer`.
"""

from __future__ import annotations

import importlib
import sys
import threading
from collections.abc import Iterable, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from importlib.abc import Loader
    from importlib.metadata import Distribution, DistributionFinder

#: For each style, the modules of anywasm by the name of the package that they replace.
_REPLACEMENTS = {
    "wasmer": {
        "wasmer": "anywasm.wasmer",
        "wasmer_compiler_cranelift": "anywasm.wasmer.compilers.cranelift",
        "wasmer_compiler_llvm": "anywasm.wasmer.compilers.llvm",
        "wasmer_compiler_singlepass": "anywasm.wasmer.compilers.singlepass",
    },
    "wasmtime": {"wasmtime": "anywasm.wasmtime"},
}

#: The version of each package whose API a style has.
_VERSIONS = {"wasmer": "1.1.0", "wasmtime": "50.0.1"}

STYLES = tuple(_REPLACEMENTS)


def activate(*styles: str) -> None:
    """Makes `import wasmer` (and `wasmer_compiler_*`) or `import wasmtime` load anywasm's style, in this process.

    A program must call this function before anything imports these packages. A second call has no effect. All
    submodules are replaced too, and `importlib.metadata.version` returns the version of the package whose API the style
    has.

    Raises ValueError for an unknown style, and if no style is passed. Raises ImportError, without activating any style,
    if one of the packages is already imported and is not anywasm's.

    A program that was written for such a package starts with

        import anywasm
        anywasm.activate("wasmer")
        import wasmer

    or runs unchanged under `anywasm exec`.

    >>> import anywasm
    >>> anywasm.activate("v8")
    Traceback (most recent call last):
    ...
    ValueError: unknown style 'v8' (known styles: wasmer, wasmtime)
    """
    if not styles:
        raise ValueError(f"name the styles to activate: {' or '.join(map(repr, STYLES))}")
    for style in styles:
        if style not in _REPLACEMENTS:
            raise ValueError(f"unknown style {style!r} (known styles: {', '.join(STYLES)})")
    for style in styles:
        _check_not_imported(style)
    _finder.add(styles)


def _check_not_imported(style: str) -> None:
    """Raises ImportError if a package that the style replaces is imported already, and is not anywasm's."""
    for name, replacement in _REPLACEMENTS[style].items():
        module = sys.modules.get(name)
        if module is not None and module is not sys.modules.get(replacement):
            raise ImportError(
                f"{name!r} is already imported from {getattr(module, '__file__', None) or 'elsewhere'}: call "
                f"anywasm.activate({style!r}) before anything imports it, or run the program by `anywasm exec`",
                name=name,
            )


class _Finder:
    """Finds and loads modules of anywasm under the names of the packages that they replace.

    The class has the methods of a finder and of a loader but not their base classes, because the modules of these base
    classes take long to import.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        #: Names of modules of anywasm, by the name of the package that each replaces.
        self._replacements: dict[str, str] = {}
        #: Versions by the name of the replaced package.
        self._versions: dict[str, str] = {}
        #: The original `__spec__` of each loaded module, by the name of the module in anywasm.
        self._specs: dict[str, ModuleSpec | None] = {}

    def add(self, styles: Iterable[str]) -> None:
        """Starts to handle imports of the packages that these styles replace."""
        with self._lock:
            for style in styles:
                self._replacements |= _REPLACEMENTS[style]
                self._versions |= dict.fromkeys(_REPLACEMENTS[style], _VERSIONS[style])
            if self not in sys.meta_path:
                sys.meta_path.insert(0, self)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Returns the spec for a replaced package or its submodule. None for all other names."""
        root, dot, rest = fullname.partition(".")
        replacement = self._replacements.get(root)
        original = None if replacement is None else _find_spec(replacement + dot + rest)
        if original is None:
            return None
        spec = ModuleSpec(fullname, cast("Loader", self), origin=original.origin, loader_state=original.name)
        spec.submodule_search_locations = original.submodule_search_locations
        return spec

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Imports the module of anywasm, and returns it."""
        module = _import_module(spec.loader_state)
        # `setdefault` keeps the spec of the first import. At a later import, the import system may have replaced
        # `__spec__` already, for another thread that imports the module under another name.
        self._specs.setdefault(module.__name__, module.__spec__)
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Restores the module's own `__spec__`, which the import system has replaced. The module has run already."""
        module.__spec__ = self._specs[module.__name__]

    def find_distributions(self, context: DistributionFinder.Context) -> Iterable[Distribution]:
        """Returns the metadata of the replaced packages. `importlib.metadata` calls this."""
        from anywasm import standin  # Only here, because it imports `importlib.metadata`, which takes long.

        return standin.distributions(self._versions, context)


def _find_spec(name: str) -> ModuleSpec | None:
    """Returns the spec of a module of anywasm, without importing anything.

    The import system holds its global lock while it calls a finder. An import here could wait for a module whose thread
    needs this lock, which would be a deadlock.
    """
    path: Sequence[str] | None = sys.modules["anywasm"].__path__
    for module_name in _package_chain(name):
        spec = None if path is None else PathFinder.find_spec(module_name, path)
        if spec is None:
            return None
        path = spec.submodule_search_locations
    return spec


def _import_module(name: str) -> ModuleType:
    """Imports a module of anywasm, after each of the packages that contain it.

    `importlib.import_module(name)` alone could deadlock. It locks the module before it waits for the packages, while
    another thread that imports these packages may wait for the module.
    """
    for module_name in _package_chain(name):
        module = importlib.import_module(module_name)
    return module


def _package_chain(name: str) -> list[str]:
    """Returns the names of the packages that contain a module, and its own name, outermost first, without `anywasm`.

    E.g. `anywasm.wasmer` and `anywasm.wasmer.engine` for `anywasm.wasmer.engine`.
    """
    parts = name.split(".")
    return [".".join(parts[:end]) for end in range(2, len(parts) + 1)]


_finder = _Finder()
