"""Implements `anywasm.activate`. This function makes programs that import `wasmer` or `wasmtime` use anywasm.

An API style is a part of anywasm that has the API of another package, such as `wasmer`, and can replace this package. A
finder at the start of `sys.meta_path` handles imports of the replaced packages and their submodules. So the statements
`import wasmer`, `from wasmer import engine` and `import wasmer.wasmer` all load modules of anywasm. The imported
modules are not copies: `wasmer` is the same object as `anywasm.wasmer`.
"""

from __future__ import annotations

import importlib
import sys
import threading
from collections.abc import Iterable, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

TYPE_CHECKING = False  # As `typing.TYPE_CHECKING`, without an import of `typing`, which takes long.
if TYPE_CHECKING:
    from importlib.abc import Loader
    from importlib.metadata import Distribution, DistributionFinder

#: Maps the name of each API style to the packages that the style replaces. Each name of a package is mapped to the
#: module of anywasm that a program gets in place of the package.
REPLACEMENTS = {
    "wasmer": {
        "wasmer": "anywasm.wasmer",
        "wasmer_compiler_cranelift": "anywasm.wasmer.compilers.cranelift",
        "wasmer_compiler_llvm": "anywasm.wasmer.compilers.llvm",
        "wasmer_compiler_singlepass": "anywasm.wasmer.compilers.singlepass",
    },
    "wasmtime": {"wasmtime": "anywasm.wasmtime"},
}

#: The version of the original package whose API each style has. `importlib.metadata.version` returns this version.
VERSIONS = {"wasmer": "1.1.0", "wasmtime": "50.0.1"}

STYLES = tuple(REPLACEMENTS)


def activate(*styles: str) -> None:
    """Makes this process load anywasm when it imports the packages that these styles replace.

    The style `wasmer` replaces `wasmer` and `wasmer_compiler_*`. The style `wasmtime` replaces `wasmtime`. All
    submodules are replaced too. For a replaced package, `importlib.metadata.version` returns the version whose API the
    style has.

    A program must call this function before anything imports these packages. A second call with the same style has no
    effect. Raises ValueError for an unknown style, and if no style is passed. Raises ImportError if a replaced package
    is already imported from elsewhere than anywasm. A call that raises an exception activates no style.

    A program that was written for a replaced package starts with

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
        if style not in REPLACEMENTS:
            raise ValueError(f"unknown style {style!r} (known styles: {', '.join(STYLES)})")
    for style in styles:
        _check_not_imported(style)
    _finder.add(styles)


def _check_not_imported(style: str) -> None:
    """Raises ImportError if a package that the style replaces is already imported from elsewhere than anywasm."""
    for name, replacement in REPLACEMENTS[style].items():
        module = sys.modules.get(name)
        if module is not None and module is not sys.modules.get(replacement):
            raise ImportError(
                f"{name!r} is already imported from {getattr(module, '__file__', None) or 'elsewhere'}: call "
                f"anywasm.activate({style!r}) before anything imports it, or run the program by `anywasm exec`",
                name=name,
            )


class _Finder:
    """Finds and loads modules of anywasm under the names of the packages that API styles replace.

    The class has the methods of a finder and of a loader. It does not inherit from the base classes of finders and
    loaders, because the modules that define these base classes take long to import.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        #: Maps the name of each replaced package to the name of a module of anywasm.
        self._replacements: dict[str, str] = {}
        #: Maps the name of each replaced package to the version for `importlib.metadata`.
        self._versions: dict[str, str] = {}
        #: Maps the name of each loaded module of anywasm to the original `__spec__` of the module.
        self._specs: dict[str, ModuleSpec | None] = {}

    def add(self, styles: Iterable[str]) -> None:
        """Makes this finder handle imports of the packages that these styles replace."""
        with self._lock:
            for style in styles:
                self._replacements |= REPLACEMENTS[style]
                self._versions |= dict.fromkeys(REPLACEMENTS[style], VERSIONS[style])
            if self not in sys.meta_path:
                sys.meta_path.insert(0, self)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Returns the spec for a replaced package or its submodule. Returns None for any other name."""
        package, dot, submodule = fullname.partition(".")
        replacement = self._replacements.get(package)
        anywasm_spec = None if replacement is None else _find_spec(replacement + dot + submodule)
        if anywasm_spec is None:
            return None
        # The import system passes `loader_state` to `create_module`, as an attribute of the spec.
        loader: Loader = self  # type: ignore[assignment]
        spec = ModuleSpec(fullname, loader, origin=anywasm_spec.origin, loader_state=anywasm_spec.name)
        spec.submodule_search_locations = anywasm_spec.submodule_search_locations
        return spec

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Imports the module of anywasm that the spec refers to, and returns the module."""
        module = _import_module(spec.loader_state)
        # `setdefault` keeps the `__spec__` from the first import. At a later import, the attribute may be wrong,
        # because the import system may have replaced it for another thread that imports the module under another name.
        self._specs.setdefault(module.__name__, module.__spec__)
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Restores the original `__spec__` of the module, because the import system has replaced the attribute.

        The module's code is not executed again: `create_module` has executed it.
        """
        module.__spec__ = self._specs[module.__name__]

    def find_distributions(self, context: DistributionFinder.Context) -> Iterable[Distribution]:
        """Returns the metadata of the replaced packages. `importlib.metadata` calls this method."""
        # The module `standin` is imported as late as possible, because importing `importlib.metadata` takes long.
        from anywasm import standin

        return standin.find_distributions(self._versions, context)


def _find_spec(name: str) -> ModuleSpec | None:
    """Returns the spec of a module of anywasm, without importing anything.

    The import system holds its global lock while it calls a finder. If this function imported a module, it could wait
    for another thread that is importing the module. That thread could need the global lock. This would be a deadlock.
    """
    path: Sequence[str] | None = sys.modules["anywasm"].__path__
    for module_name in _package_chain(name):
        spec = None if path is None else PathFinder.find_spec(module_name, path)
        if spec is None:
            return None
        path = spec.submodule_search_locations
    return spec


def _import_module(name: str) -> ModuleType:
    """Imports the packages that contain a module of anywasm, from the outermost to the innermost, and then the module.

    Returns the module. A single call of `importlib.import_module` could deadlock. It would lock the module before it
    waits for the packages. At the same time, another thread that imports one of these packages may wait for the module.
    """
    for module_name in _package_chain(name):
        module = importlib.import_module(module_name)
    return module


def _package_chain(name: str) -> list[str]:
    """Returns the names of the packages that contain a module, outermost first, and then the name of the module.

    The result does not include the outermost package, `anywasm`. For `anywasm.wasmer.engine`, the result is
    `["anywasm.wasmer", "anywasm.wasmer.engine"]`.
    """
    parts = name.split(".")
    return [".".join(parts[:end]) for end in range(2, len(parts) + 1)]


_finder = _Finder()
