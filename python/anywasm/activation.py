"""`anywasm.activate`: our styles under the names of the packages they are written after, in this process.

A finder at the head of `sys.meta_path` answers for those names and all below them, so that whatever a style has is
found by `import wasmer`, `from wasmer import engine` and `import wasmer.wasmer` alike. What it gives are the modules
themselves, not copies: `wasmer` is `anywasm.wasmer`.
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

#: The names each style answers for, and the modules behind them.
_NAMES = {
    "wasmer": {
        "wasmer": "anywasm.wasmer",
        "wasmer_compiler_cranelift": "anywasm.wasmer.compilers.cranelift",
        "wasmer_compiler_llvm": "anywasm.wasmer.compilers.llvm",
        "wasmer_compiler_singlepass": "anywasm.wasmer.compilers.singlepass",
    },
    "wasmtime": {"wasmtime": "anywasm.wasmtime"},
}

#: The versions of the packages that the styles are written after.
_VERSIONS = {"wasmer": "1.1.0", "wasmtime": "50.0.1"}

STYLES = tuple(_NAMES)


def activate(*styles: str) -> None:
    """Makes `import wasmer` (and `wasmer_compiler_*`) or `import wasmtime` give our styles, in this process.

    To be called before anything imports those packages; a second time changes nothing. All of both packages' names are
    covered, and `importlib.metadata.version` answers with the version that the style is written after.

    Raises ValueError for a style that is unknown, or where none is named, and ImportError where a package is imported
    already that is not ours; then no style is activated.

    A program that was written for a package begins with

        import anywasm
        anywasm.activate("wasmer")
        import wasmer

    or is left as it is and run by `anywasm exec`.

    >>> import anywasm
    >>> anywasm.activate("v8")
    Traceback (most recent call last):
    ...
    ValueError: there is no style 'v8' (there are wasmer, wasmtime)
    """
    if not styles:
        raise ValueError(f"name the styles to activate: {' or '.join(map(repr, STYLES))}")
    for style in styles:
        if style not in _NAMES:
            raise ValueError(f"there is no style {style!r} (there are {', '.join(STYLES)})")
    for style in styles:
        _refuse_another(style)
    _finder.add(styles)


def _refuse_another(style: str) -> None:
    """Raises ImportError where a name of the style is imported from elsewhere."""
    for name, ours in _NAMES[style].items():
        module = sys.modules.get(name)
        if module is not None and module is not sys.modules.get(ours):
            raise ImportError(
                f"{name!r} is already imported from {getattr(module, '__file__', None) or 'elsewhere'}: call "
                f"anywasm.activate({style!r}) before anything imports it, or run the program by `anywasm exec`",
                name=name,
            )


class _Finder:
    """Finds and loads our modules under the names of the styles that are active.

    It has what the import system and `importlib.metadata` ask of finders and loaders, without their base classes: these
    are in modules that take long to import.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._names: dict[str, str] = {}
        self._versions: dict[str, str] = {}
        self._specs: dict[str, ModuleSpec | None] = {}

    def add(self, styles: Iterable[str]) -> None:
        """Answers for these styles from now on."""
        with self._lock:
            for style in styles:
                self._names |= _NAMES[style]
                self._versions |= dict.fromkeys(_NAMES[style], _VERSIONS[style])
            if self not in sys.meta_path:
                sys.meta_path.insert(0, self)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec of our module, under the name that is asked for; None for names that are not ours."""
        root, dot, rest = fullname.partition(".")
        ours = self._names.get(root)
        real = None if ours is None else _find(ours + dot + rest)
        if real is None:
            return None
        spec = ModuleSpec(fullname, cast("Loader", self), origin=real.origin, loader_state=real.name)
        spec.submodule_search_locations = real.submodule_search_locations
        return spec

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """The module itself."""
        module = _import(spec.loader_state)
        # Once: by another of its names, another thread may have written over it by now.
        self._specs.setdefault(module.__name__, module.__spec__)
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Nothing is left to execute; what the import system wrote over the module's own spec is put back."""
        module.__spec__ = self._specs[module.__name__]

    def find_distributions(self, context: DistributionFinder.Context) -> Iterable[Distribution]:
        """The packages that are stood in for."""
        from anywasm import standin

        return standin.distributions(self._versions, context)


def _find(name: str) -> ModuleSpec | None:
    """The spec of a module of ours. Nothing is imported: finders are asked under the import system's global lock, with
    which whoever waits for a module blocks the thread that imports it."""
    path: Sequence[str] | None = sys.modules["anywasm"].__path__
    for package in _lineage(name):
        spec = None if path is None else PathFinder.find_spec(package, path)
        if spec is None:
            return None
        path = spec.submodule_search_locations
    return spec


def _import(name: str) -> ModuleType:
    """A module of ours, after all packages that it is in.

    Asked for the module alone, the import system would lock it first and wait for its packages then, while the thread
    that is importing these waits for the module.
    """
    for package in _lineage(name):
        module = importlib.import_module(package)
    return module


def _lineage(name: str) -> list[str]:
    """The packages below ours that a module is in, from the outermost, and the module: none for our package itself."""
    parts = name.split(".")
    return [".".join(parts[:end]) for end in range(2, len(parts) + 1)]


_finder = _Finder()
