"""WASI in this style: what a builder opens and refuses."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from anywasm.wasmer import Instance, Module, Store, Value, wasi

#: Creates the file `data/file` through the root directory, and returns the error number.
CREATE = """(module
    (import "wasi_snapshot_preview1" "path_open"
      (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1) (data (i32.const 16) "data/file")
    (func (export "create") (result i32) (call $open (i32.const 3) (i32.const 0) (i32.const 16)
      (i32.const 9) (i32.const 1) (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 32)))
    (func (export "write") (result i32) (i32.store (i32.const 4) (i32.const 5))
      (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))"""


def test_directories_and_files_are_opened_by_the_builder(
    on_engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("one/data", "two/data"):
        (tmp_path / folder).mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "one")
    environment = wasi.StateBuilder("program").preopen_directory("data").stdout("output").finalize()
    monkeypatch.chdir(tmp_path / "two")
    store = Store()
    module = Module(store, CREATE)
    for _ in range(2):
        exports = Instance(module, environment.generate_import_object(store, wasi.Version.LATEST)).exports
        assert (exports.create(), exports.write()) == (0, 0)
    assert [str(path.relative_to(tmp_path)) for path in sorted(tmp_path.rglob("*")) if path.is_file()] == [
        "one/data/file",
        "one/output",
    ]


def test_a_guest_name_that_is_not_utf8(on_engine: str, tmp_path: Path) -> None:
    path = os.fsdecode(os.fsencode(tmp_path) + b"/\xff")
    os.mkdir(path)
    builder = wasi.StateBuilder("program", preopen_directories=[path])
    with pytest.raises(RuntimeError, match=r"^wasi filesystem creation error: `the alias '.*\\udcff' is not UTF-8`$"):
        builder.finalize()


def test_a_float_has_as_many_digits_as_needed() -> None:
    assert repr(Value.f32(1.3644169484905433e-05)) == "F32(0.0000136441695)"
    assert repr(Value.f32(0.1)) == "F32(0.1)"
