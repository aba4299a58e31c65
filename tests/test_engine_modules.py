"""The files of the engine modules: they fit every supported Python, and contain nothing about the builder."""

from __future__ import annotations

import json
import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from anywasm.engines import load

ROOT = Path(__file__).parents[1]
OLDEST_PYTHON = "3.10"


def test_a_module_uses_only_the_stable_abi_of_the_oldest_python(engine: str) -> None:
    pytest.importorskip("abi3audit")
    path = load(engine).path
    line = [sys.executable, "-m", "abi3audit", "--assume-minimum-abi3", OLDEST_PYTHON, "--report", path]
    report = json.loads(subprocess.run(line, check=False, capture_output=True, text=True).stdout)
    result = report["specs"][path]["object"]["result"]
    assert result["non_abi3_symbols"] == []
    assert result["future_abi3_objects"] == {}
    assert result["is_abi3_baseline_compatible"]


def test_a_module_contains_no_path_of_its_builder(engine: str) -> None:
    module = Path(load(engine).path).read_bytes()
    variables = ("HOME", "CARGO_HOME", "RUSTUP_HOME", "CARGO_BUILD_BUILD_DIR", "CARGO_TARGET_DIR")
    folders = [str(Path.home()), str(ROOT), *filter(None, map(os.environ.get, variables))]
    # A folder such as `/` is not private.
    found = [folder for folder in folders if len(folder) > len("/src") and f"{folder}/".encode() in module]
    assert found == []
    assert b"/registry/src/" in module, "the test would not find the paths that it looks for"


def test_paths_keep_their_length(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not (ROOT / "hide_paths.py").exists():
        pytest.skip("the sources are not here")
    monkeypatch.setenv("HOME", "/home/builder")
    monkeypatch.setenv("CARGO_HOME", "/home/builder/cargo")
    monkeypatch.delenv("CARGO_BUILD_BUILD_DIR", raising=False)
    module = tmp_path / "module.so"
    before = b"\0/home/builder/cargo/a.rs\0/home/builder/b.rs\0/home/builders/c.rs\0" + bytes(ROOT / "d.rs") + b"\0"
    module.write_bytes(before)
    runpy.run_path(str(ROOT / "hide_paths.py"))["main"](str(module))
    after = module.read_bytes()
    assert len(after) == len(before)
    assert [os.path.normpath(path) for path in after.decode().strip("\0").split("\0")] == [
        "/src/a.rs",
        "/src/b.rs",
        "/home/builders/c.rs",
        "/src/d.rs",
    ]
