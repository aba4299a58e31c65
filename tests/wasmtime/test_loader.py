"""WebAssembly files as Python modules, each test in a process of its own: the loader changes how Python imports."""

from __future__ import annotations

from pathlib import Path

import pytest

import children

BEGIN = "import sys; sys.path.insert(0, sys.argv[1]); import anywasm.wasmtime.loader as loader\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    from anywasm.wasmtime import wat2wasm

    (tmp_path / "maths.wat").write_text("""(module
        (import "helpers" "twice" (func $twice (param i32) (result i32))) (import "helpers" "BASE" (global $base i32))
        (memory (export "memory") 1) (data (i32.const 0) "hello")
        (global (export "limit") i32 (i32.const 9))
        (func (export "four") (param i32) (result i32)
          (i32.add (global.get $base) (call $twice (call $twice (local.get 0)))))
        (func (export "none")) (func (export "two") (result i32 i32) (i32.const 1) (i32.const 2)))""")
    (tmp_path / "helpers.py").write_text("BASE = 100\ndef twice(x): return 2 * x\nword = 'x'\n")
    package = tmp_path / "package"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "inner.wasm").write_bytes(
        wat2wasm("""(module (import "maths" "four" (func (param i32) (result i32))) (import "maths" "memory" (memory 1))
            (func (export "first") (result i32) (call 0 (i32.load8_u (i32.const 0)))))""")
    )
    return tmp_path


def run(engine: str, folder: Path, code: str) -> str:
    return children.run(engine, BEGIN + code, str(folder))


def test_exports_are_attributes(engine: str, folder: Path) -> None:
    code = """
import maths
print(maths.four(3), maths.none(), maths.two(), maths.limit.value(loader.store))
print(maths.memory.read(loader.store, 0, 5), maths.__name__, maths.__file__.endswith("maths.wat"))
import maths as again
print(again is maths, maths.__spec__.loader.__class__.__name__)
"""
    expected = "112 None [1, 2] 9\nbytearray(b'hello') maths True\nTrue WasmLoader\n"
    assert run(engine, folder, code) == expected


def test_a_module_in_a_package_imports_another(engine: str, folder: Path) -> None:
    code = "from package import inner; import package.inner as same; print(inner.first(), same is inner)"
    assert run(engine, folder, code) == f"{4 * ord('h') + 100} True\n"


def test_a_library_is_initialized(engine: str, folder: Path) -> None:
    (folder / "library.wat").write_text("""(module (global $g (mut i32) (i32.const 1))
        (func (export "_initialize") (global.set $g (i32.const 2)))
        (func (export "state") (result i32) (global.get $g)))""")
    assert run(engine, folder, "import library; print(library.state())") == "2\n"


def test_wasi_is_there(engine: str, folder: Path) -> None:
    (folder / "program.wat").write_text("""(module
        (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "args_sizes_get" (func $args (param i32 i32) (result i32)))
        (memory (export "memory") 1) (data (i32.const 8) "Hello!\\n")
        (func (export "arguments") (result i32)
          (drop (call $args (i32.const 0) (i32.const 4))) (i32.load (i32.const 0)))
        (func (export "_start") (i32.store (i32.const 0) (i32.const 8)) (i32.store (i32.const 4) (i32.const 7))
          (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 20)))))""")
    assert run(engine, folder, "import program; program._start(); print(program.arguments())") == "Hello!\n0\n"


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ('(import "helpers" "nothing" (func))', "cannot import 'nothing' from 'helpers'"),
        ('(import "helpers" "word" (func))', "cannot import 'word' from 'helpers': expected a Func"),
        ('(import "helpers" "BASE" (global (mut i32)))', "cannot import 'BASE' from 'helpers'"),
        ('(import "nobody" "x" (func))', "No module named 'nobody'"),
        ('(import "maths" "four" (func))', "incompatible import type for `maths::four`"),
    ],
)
def test_what_cannot_be_imported(engine: str, folder: Path, source: str, problem: str) -> None:
    (folder / "failing.wat").write_text(f"(module {source})")
    code = """
try:
    import failing
except ImportError as error:
    print("ImportError:", str(error).replace("\\n", " "), "failing" in sys.modules)
"""
    said = run(engine, folder, code)
    assert problem in said
    assert said.endswith("False\n")


def test_python_comes_first_and_failures_come_through(engine: str, folder: Path) -> None:
    (folder / "both.py").write_text("kind = 'python'")
    (folder / "both.wat").write_text("(module)")
    (folder / "trapping.wat").write_text("(module (func unreachable) (start 0))")
    (folder / "bad.wasm").write_bytes(b"\0asm")
    code = """
import both, importlib, pathlib
print(both.kind)
for name in ("trapping", "bad", "nowhere"):
    try:
        importlib.import_module(name)
    except Exception as error:
        print(type(error).__name__)
pathlib.Path(sys.argv[1], "nowhere.wat").write_text('(module (func (export "f") (result i32) (i32.const 1)))')
importlib.invalidate_caches()
print(importlib.import_module("nowhere").f())
importlib.reload(loader)
print(sum(type(finder).__name__ == "WasmFinder" for finder in sys.meta_path))
"""
    assert run(engine, folder, code) == "python\nTrap\nWasmtimeError\nModuleNotFoundError\n1\n1\n"
