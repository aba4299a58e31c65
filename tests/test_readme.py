"""What the README shows runs as it stands there, with the files it speaks of at hand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import children
from anywasm import engines, wasmtime

README = (children.TESTS.parent / "README.md").read_text()
PROGRAMS = re.findall(r"^```python\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)

#: A program for WASI that ends with 0.
GUEST = """(module (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1) (func (export "_start") (call $exit (i32.const 0))))"""
FACTORIAL = """(module (func $fac (export "fac") (param i32) (result i32)
    (if (result i32) (i32.eqz (local.get 0)) (then (i32.const 1))
      (else (i32.mul (local.get 0) (call $fac (i32.sub (local.get 0) (i32.const 1))))))))"""


def test_there_are_programs() -> None:
    assert len(PROGRAMS) == README.count("```python") > 5


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda text: text.split("\n")[0])
def test_it_runs(engine: str, program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    has = next(info.capabilities for info in engines() if info.name == engine)
    if "consume_fuel" in program and "fuel" not in has:
        pytest.skip(f"{engine} lacks fuel")
    (tmp_path / "data").mkdir()
    (tmp_path / "fac.wat").write_text(FACTORIAL)
    (tmp_path / "python.wasm").write_bytes(wasmtime.wat2wasm(GUEST))
    monkeypatch.chdir(tmp_path)
    children.run(engine, program)
