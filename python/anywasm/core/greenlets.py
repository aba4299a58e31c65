"""Makes engine modules watch greenlets, once the package `greenlet` is imported.

A host function that switches to another greenlet is suspended, and the engine must not run another guest on the same
thread until it goes on. `src/glue/greenlet.c` makes sure of that. Watching takes time at each call, so programs without
greenlets do without it.
"""

from __future__ import annotations

import sys
from typing import Any

from anywasm.engines import EngineModule

#: The name of the package.
_PACKAGE = "greenlet"

#: The engine modules that watch greenlets, or will do so. This dictionary is an ordered set: the values are not used.
_modules: dict[EngineModule, None] = {}


class _Finder:
    """Notices the import of the package. It finds no module itself."""

    @staticmethod
    def find_spec(name: str, path: Any = None, target: Any = None) -> None:
        if name == _PACKAGE:
            for engine_module in list(_modules):
                engine_module.watch_greenlets()


def watch_greenlets(engine_module: EngineModule) -> None:
    """Makes an engine module watch greenlets, now or when the package is imported."""
    if engine_module in _modules:
        return
    _modules.setdefault(engine_module)
    if _PACKAGE in sys.modules:
        engine_module.watch_greenlets()
    elif _Finder not in sys.meta_path:
        sys.meta_path.insert(0, _Finder)
