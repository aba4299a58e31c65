"""`anywasm.activate`: our styles under the names of the packages they are written after, in this process.

A finder at the head of `sys.meta_path` answers for those names and all below them, so that whatever a style has is
found by `import wasmer`, `from wasmer import engine` and `import wasmer.wasmer` alike. What it gives are the modules
themselves, not copies: `wasmer` is `anywasm.wasmer`.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import os
import re
import sys
import threading
from collections.abc import Iterable, Sequence
from importlib.abc import Loader
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

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


_ANY = importlib.metadata.DistributionFinder.Context()


class _Distribution(importlib.metadata.Distribution):
    """What `importlib.metadata` tells of a package that a style stands in for."""

    def __init__(self, name: str, version: str) -> None:
        self._metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nSummary: as anywasm has it\n"

    def read_text(self, filename: str) -> str | None:
        """The metadata; there is no other file."""
        return self._metadata if filename == "METADATA" else None

    def locate_file(self, path: str | os.PathLike[str]) -> Path:
        """Where a file of the package would be: beside ours."""
        return Path(__file__).parent.parent / path


class _Finder(importlib.metadata.DistributionFinder, Loader):
    """Finds our modules under the names of the styles that are active."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._names: dict[str, str] = {}
        self._versions: dict[str, str] = {}

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
        real = None if ours is None else importlib.util.find_spec(ours + dot + rest)
        if real is None:
            return None
        spec = ModuleSpec(fullname, self, origin=real.origin, loader_state=real.name)
        spec.submodule_search_locations = real.submodule_search_locations
        return spec

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """The module itself."""
        module = importlib.import_module(spec.loader_state)
        spec.loader_state = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Nothing is left to execute; what the import system wrote over the module's own spec is put back."""
        assert module.__spec__ is not None
        module.__spec__ = module.__spec__.loader_state

    def find_distributions(
        self, context: importlib.metadata.DistributionFinder.Context = _ANY
    ) -> Iterable[importlib.metadata.Distribution]:
        """The packages that are stood in for, where a search is not for one folder in particular."""
        if context.path is not sys.path:
            return
        wanted = context.name and re.sub(r"[-_.]+", "_", context.name).lower()
        for name, version in self._versions.items():
            if wanted in (None, name):
                yield _Distribution(name, version)


_finder = _Finder()
