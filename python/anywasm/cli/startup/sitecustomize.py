"""Activates API styles when Python starts, so that `import wasmer` and `import wasmtime` load anywasm.

`anywasm exec` adds this folder to PYTHONPATH. At its start, Python imports a module of the name `sitecustomize`. So
Python imports this module before it runs the program, and the program needs no changes. Child processes inherit
PYTHONPATH. So the styles are also active in Python processes that the program starts, such as the workers of
multiprocessing.
"""

import importlib.util
import os
import sys
from importlib.machinery import PathFinder
from pathlib import Path


def _main() -> None:
    folder = Path(__file__).resolve().parent
    # Remove this folder from `sys.path`. If the folder stayed there, the program would see it. The search for another
    # `sitecustomize`, which this module hides, would find this module again.
    sys.path[:] = [entry for entry in sys.path if not entry or Path(entry).resolve() != folder]
    _activate(str(folder.parents[2]), os.environ.get("ANYWASM_ACTIVATE", ""))
    _run_hidden_sitecustomize()


def _activate(package_parent: str, styles: str) -> None:
    # `sys.path` may lack the folder that contains the package anywasm. Add this folder only while anywasm is imported,
    # because the program should see an unchanged `sys.path`.
    original_path = list(sys.path)
    sys.path.append(package_parent)
    try:
        import anywasm
    finally:
        sys.path[:] = original_path
    if styles:
        anywasm.activate(*styles.split(","))


def _run_hidden_sitecustomize() -> None:
    # Python imports only the first module `sitecustomize` on `sys.path`. So this module hides any other module called
    # `sitecustomize`, such as one of the user. Run the hidden module, as Python would do without `anywasm exec`.
    spec = PathFinder.find_spec(__name__)
    if spec is None or spec.loader is None:
        return
    module = importlib.util.module_from_spec(spec)
    sys.modules[__name__] = module
    spec.loader.exec_module(module)


_main()
