"""Programs written for the package, one for each part of its documentation: they run unchanged, and type checkers
accept them.
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

EXAMPLES = Path(__file__).parent / "examples"
NAMES = sorted(path.stem for path in EXAMPLES.glob("*.py"))
PACKAGE = Path(anywasm.__file__).parent.parent

CODE = """
    import runpy, sys
    import anywasm
    anywasm.activate("wasmer")
    runpy.run_path(sys.argv[1])
    print("ran")
"""


@pytest.mark.parametrize("name", NAMES)
def test_it_runs(engine: str, name: str) -> None:
    assert children.run(engine, CODE, str(EXAMPLES / f"{name}.py")).endswith("ran\n")


WRONG = "from wasmer import Instance, Store\nInstance(Store())\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the programs, and in which a type checker finds the packages."""
    compilers = ("cranelift", "llvm", "singlepass")
    packages = {f"wasmer_compiler_{name}": f"anywasm.wasmer.compilers.{name}" for name in compilers}
    for package, ours in {"wasmer": "anywasm.wasmer", **packages}.items():
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text(f"from {ours} import *\n")
        (tmp_path / package / "py.typed").touch()
    shutil.copytree(EXAMPLES, tmp_path / "programs")
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


@pytest.mark.parametrize("checker", [mypy, pyright])
def test_a_type_checker_accepts_them(folder: Path, checker: Callable[[Path], tuple[int, str]]) -> None:
    if importlib.util.find_spec(checker.__name__) is None:
        pytest.skip(f"{checker.__name__} is not installed")
    status, output = checker(folder)
    assert status == 0, output
    (folder / "programs" / "wrong.py").write_text(WRONG)
    status, output = checker(folder)
    assert status == 1
    assert "wrong.py:2" in output
