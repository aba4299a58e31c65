"""What Python runs when it starts a program for `anywasm exec`, which puts this folder on PYTHONPATH.

So the program runs as it always does, in an interpreter that differs in nothing but what `import wasmer` gives; and so
do the interpreters that it starts, such as the workers of multiprocessing.
"""

import importlib.util
import os
import sys
from importlib.machinery import PathFinder
from pathlib import Path


def _main() -> None:
    here = Path(__file__).resolve().parent
    sys.path[:] = [entry for entry in sys.path if not entry or Path(entry).resolve() != here]
    _activate(str(here.parents[2]), os.environ.get("ANYWASM_ACTIVATE", ""))
    _run_the_one_we_hide()


def _activate(root: str, styles: str) -> None:
    # What `anywasm exec` was run from may not be on the path of the program.
    before = list(sys.path)
    sys.path.append(root)
    try:
        import anywasm
    finally:
        sys.path[:] = before
    if styles:
        anywasm.activate(*styles.split(","))


def _run_the_one_we_hide() -> None:
    spec = PathFinder.find_spec(__name__)
    if spec is None or spec.loader is None:
        return
    module = importlib.util.module_from_spec(spec)
    sys.modules[__name__] = module
    spec.loader.exec_module(module)


_main()
