"""The recipe for a new engine: four files are edited by hand. A copy of wasmi under the name `copycat` follows it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

import pytest

import engine_table
from setup_run import extensions

ROOT = Path(__file__).parents[1]
NOT_COPIED = shutil.ignore_patterns(
    ".*_cache", ".git", ".hypothesis", ".venv", "__pycache__", "*.so", "target", "build"
)

QUIRKS = "src/backend/standard/quirks"
#: The edits by hand.
BY_HAND = {"wasm_c_api/engines.toml", "wasm_c_api/Cargo.toml", "Cargo.toml", f"{QUIRKS}/copycat.rs"}
#: The files that the tool writes after the first edit.
GENERATED = {engine_table.NAMES, engine_table.README}


@dataclass(frozen=True)
class Checkout:
    """A copy of this checkout."""

    root: Path

    def replace(self, path: str, old: str, new: str) -> None:
        """Edits a file."""
        text = (self.root / path).read_text()
        assert text.count(old) == 1
        (self.root / path).write_text(text.replace(old, new))

    def run(self, *line: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Runs a program in the copy, with the copy's Python package."""
        environment = {**variables, **os.environ, "PYTHONPATH": str(self.root / "python")}
        environment["ANYWASM_CHECKOUT"] = str(self.root)
        environment.setdefault("CARGO_TARGET_DIR", str(ROOT / "target"))
        return subprocess.run(line, cwd=self.root, env=environment, capture_output=True, text=True, check=False)

    def python(self, *arguments: str) -> str:
        """Runs Python in the copy, and returns its output."""
        done = self.run(sys.executable, *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def files(self) -> dict[str, bytes]:
        """The contents of all files."""
        paths = (path for path in self.root.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
        return {str(path.relative_to(self.root)): path.read_bytes() for path in paths}

    def changed(self, before: dict[str, bytes]) -> set[str]:
        """The files that are new, changed or gone."""
        after = self.files()
        return {path for path in before | after if before.get(path) != after.get(path)}


@pytest.fixture
def copy(tmp_path: Path) -> Checkout:
    if not (ROOT / engine_table.SOURCE).exists():
        pytest.skip("the sources are not here")
    # The files get new times, so that cargo does not mistake results of another copy for those of this one.
    shutil.copytree(ROOT, tmp_path / "copy", ignore=NOT_COPIED, copy_function=shutil.copyfile, symlinks=True)
    return Checkout(tmp_path / "copy")


def recipe() -> list[str]:
    """The code blocks of the steps in CONTRIBUTING.md, without their indentation."""
    text = (ROOT / "CONTRIBUTING.md").read_text()
    section = text.split("### Add an engine\n")[1].split("\n### ")[0]
    return [
        textwrap.dedent(block) for block in re.findall(r"^   ```(?:toml|rust)\n(.*?)^   ```$", section, re.M | re.S)
    ]


def add_copycat(copy: Checkout) -> None:
    """Does what the recipe says, with its own code blocks."""
    row, feature, crate_feature, quirks = recipe()
    with (copy.root / "wasm_c_api/engines.toml").open("a") as table:
        table.write("\n" + row)
    copy.replace("Cargo.toml", 'wasmi = ["wasm_c_api/wasmi"]\n', 'wasmi = ["wasm_c_api/wasmi"]\n' + feature)
    copy.replace(
        "wasm_c_api/Cargo.toml",
        'wasmi = ["dep:wasmi-api", "dep:wasmi_c_api_impl"]\n',
        'wasmi = ["dep:wasmi-api", "dep:wasmi_c_api_impl"]\n' + crate_feature,
    )
    (copy.root / QUIRKS / "copycat.rs").write_text(quirks)


def test_four_edits_add_an_engine(copy: Checkout) -> None:
    before = copy.files()
    add_copycat(copy)
    assert copy.changed(before) == BY_HAND
    copy.python("tests/tools/engine_table.py", "--write")
    assert copy.changed(before) == BY_HAND | GENERATED
    # Nothing of the README was written by hand.
    readme = before[engine_table.README].decode()
    without_table = engine_table.MARKED.sub("", (copy.root / engine_table.README).read_text())
    assert without_table == engine_table.MARKED.sub("", readme)

    assert extensions(copy.root, "copycat") == {"anywasm.engines._copycat": ["copycat", "python"]}
    assert "anywasm.engines._copycat" in extensions(copy.root, "all")
    told = copy.python("-c", "import anywasm; print(anywasm.engines()[-1].problem)")
    assert told.strip() == (
        "the engine 'copycat' is not installed (build it with ANYWASM_ENGINES=copycat pip install .)"
    )
    # No test has a list of engines that would have to be extended.
    names = "engine_names or example_names or not layers"
    files = ["tests/test_engine_table.py", "tests/test_layers.py", "tests/test_sdist.py"]
    copy.python("-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-k", names, *files)
    assert copy.changed(before) == BY_HAND | GENERATED


def test_conformance_expects_nothing_of_a_new_engine(copy: Checkout) -> None:
    add_copycat(copy)
    code = """
        from anywasm_conformance.expectations import Expectations
        from anywasm_conformance.subject import Subject
        print(Expectations(Subject("copycat", "copycat")).stale(["elem.wast"]))
    """
    code = "import sys; sys.path.insert(0, 'conformance')\n" + "\n".join(map(str.strip, code.strip().splitlines()))
    assert copy.python("-c", code) == "[]\n"


def test_cargo_builds_the_new_engine_from_the_same_lock_file(copy: Checkout) -> None:
    if shutil.which("cargo") is None:
        pytest.skip("cargo is needed to resolve the build")
    add_copycat(copy)
    host = subprocess.run(["rustc", "--print", "host-tuple"], check=True, capture_output=True, text=True).stdout.strip()
    options = ["--locked", "--format-version=1", f"--filter-platform={host}", "--features=copycat"]
    done = copy.run("cargo", "metadata", *options)
    assert done.returncode == 0, done.stderr
    nodes = {node["id"]: node for node in json.loads(done.stdout)["resolve"]["nodes"]}
    (bindings,) = (node for node in nodes.values() if "copycat" in node["features"] and "wasm_c_api" in node["id"])
    assert "wasmi_c_api" in {dependency["name"] for dependency in bindings["deps"]}


@pytest.mark.slow
def test_the_new_engine_compiles(copy: Checkout) -> None:
    if shutil.which("cargo") is None:
        pytest.skip("cargo is needed to compile the shim")
    clang = pytest.importorskip("clang", reason="clang's library reads the headers: pip install libclang")
    libclang = str(Path(next(iter(clang.__path__))) / "native")
    check = ["cargo", "check", "--release", "--locked", "--package=anywasm", "--features=copycat"]
    add_copycat(copy)
    done = copy.run(*check, LIBCLANG_PATH=libclang)
    assert done.returncode == 0, done.stderr
    # Only wasmi's own build has the allocator that views of its memories need.
    copy.replace(f"{QUIRKS}/copycat.rs", "cap::FUNCREF,", "cap::FUNCREF.with(cap::VIEWS),")
    done = copy.run(*check, LIBCLANG_PATH=libclang)
    assert done.returncode != 0
    assert "the capability `views` needs memories that do not move" in done.stderr
