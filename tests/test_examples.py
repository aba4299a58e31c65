"""Programs written for the stock packages: they run unchanged on every engine, and type checkers accept them.

A program whose first line is `# needs: ...` runs where the engine has these capabilities.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import anywasm
import children

STYLES = ["wasmer", "wasmtime"]
HERE = Path(__file__).parent
EXAMPLES = sorted(path for style in STYLES for path in (HERE / style / "examples").glob("*.py"))
PACKAGE = Path(anywasm.__file__).parent.parent

CODE = """
    import runpy, sys
    import anywasm
    anywasm.activate(sys.argv[1])
    runpy.run_path(sys.argv[2])
    print("ran")
"""


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.parent.name}-{path.stem}")
def test_it_runs(engine: str, path: Path) -> None:
    has = next(info.capabilities for info in anywasm.engines() if info.name == engine)
    first = path.read_text().splitlines()[0]
    missing = set(first.removeprefix("# needs: ").split()) - has if first.startswith("# needs: ") else set()
    if missing:
        pytest.skip(f"{engine} lacks {', '.join(missing)}")
    assert children.run(engine, CODE, path.parent.parent.name, str(path)).endswith("ran\n")


WRONG = {
    "wasmer": "from wasmer import Instance, Store\nInstance(Store())\n",
    "wasmtime": "from wasmtime import Instance, Store\nInstance(Store())\n",
}


PACKAGES = {
    "wasmer": {
        "wasmer": "anywasm.wasmer",
        **{
            f"wasmer_compiler_{name}": f"anywasm.wasmer.compilers.{name}"
            for name in ("cranelift", "llvm", "singlepass")
        },
    },
    "wasmtime": {"wasmtime": "anywasm.wasmtime"},
}


@pytest.fixture(params=STYLES)
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder with a style's programs, in which a type checker finds ours by the names of the stock packages."""
    style = request.param
    for package, ours in PACKAGES[style].items():
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text(f"from {ours} import *\n")
        (tmp_path / package / "py.typed").touch()
    shutil.copytree(HERE / style / "examples", tmp_path / "programs")
    return tmp_path


def mypy(folder: Path) -> tuple[int, str]:
    path = os.pathsep.join([str(folder), str(PACKAGE)])
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(PACKAGE.parent / ".mypy_cache"), "programs"]
    return run(command, folder, {"MYPYPATH": path})


def pyright(folder: Path) -> tuple[int, str]:
    options = {"include": ["programs"], "extraPaths": [str(folder), str(PACKAGE)]}
    (folder / "pyrightconfig.json").write_text(json.dumps(options))
    return run([sys.executable, "-m", "pyright", "--pythonpath", sys.executable], folder, {})


def run(command: list[str], folder: Path, environment: dict[str, str]) -> tuple[int, str]:
    result = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, **environment}, cwd=folder, check=False
    )
    return result.returncode, result.stdout + result.stderr


@pytest.mark.parametrize("checker", [mypy, pytest.param(pyright, marks=pytest.mark.slow)])
def test_a_type_checker_accepts_them(folder: Path, checker: Callable[[Path], tuple[int, str]]) -> None:
    if importlib.util.find_spec(checker.__name__) is None:
        pytest.skip(f"{checker.__name__} is not installed")
    status, output = checker(folder)
    assert status == 0, output
    style = next(style for style in STYLES if (folder / style).exists())
    (folder / "programs" / "wrong.py").write_text(WRONG[style])
    status, output = checker(folder)
    assert status == 1
    assert "wrong.py:2" in output
