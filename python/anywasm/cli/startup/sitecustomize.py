"""Activates styles when Python starts. `anywasm exec` puts this folder on PYTHONPATH, and Python imports this module.

So the program needs no change, and only `import wasmer` and `import wasmtime` behave differently. The same holds for
Python processes that the program starts, such as the workers of multiprocessing.
"""

import importlib.util
import os
import sys
from importlib.machinery import PathFinder
from pathlib import Path


def _main() -> None:
    folder = Path(__file__).resolve().parent
    sys.path[:] = [entry for entry in sys.path if not entry or Path(entry).resolve() != folder]
    _activate(str(folder.parents[2]), os.environ.get("ANYWASM_ACTIVATE", ""))
    _run_hidden_sitecustomize()


def _activate(package_parent: str, styles: str) -> None:
    # The folder that contains the package anywasm may not be on the path of the program.
    former_path = list(sys.path)
    sys.path.append(package_parent)
    try:
        import anywasm
    finally:
        sys.path[:] = former_path
    if styles:
        anywasm.activate(*styles.split(","))


def _run_hidden_sitecustomize() -> None:
    # Python imports only the first `sitecustomize` on its path. Run the one that this module hides, if there is one.
    spec = PathFinder.find_spec(__name__)
    if spec is None or spec.loader is None:
        return
    module = importlib.util.module_from_spec(spec)
    sys.modules[__name__] = module
    spec.loader.exec_module(module)


_main()
