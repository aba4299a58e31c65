"""`anywasm run` as users have it: options, standard streams, exit codes, Ctrl-C, limits."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import anywasm
import children
from wasi.test_program import EXPECTED, WASM
from wasi.test_streams import CAT

CAPABILITIES = {info.name: info.capabilities for info in anywasm.engines() if info.installed}
FOREVER = '(module (memory (export "memory") 1) (func (export "_start") (loop br 0)))'
#: Grows its memory by as many pages as its argument says, and returns what `memory.grow` gives.
GROW = """(module (memory (export "memory") 1)
    (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))"""


def command(engine: str, *args: str | Path) -> list[str]:
    return [sys.executable, "-m", "anywasm", "run", "--engine", engine, *map(str, args)]


def run(
    engine: str, *args: str | Path, input: str = "", env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    package = str(Path(anywasm.__file__).parents[1])
    environment = {**os.environ, "PYTHONPATH": package, **(env or {})}
    return children.completed(command(engine, *args), environment, 120, input)


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "program"
    path.write_bytes(WASM)
    return path


@pytest.fixture
def cat(tmp_path: Path) -> Path:
    path = tmp_path / "cat.wat"
    path.write_text(CAT)
    return path


@pytest.fixture
def wat(tmp_path: Path) -> Path:
    return tmp_path / "module.wat"


def test_a_whole_program(engine: str, program: Path, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    options = ["--dir", f"{tmp_path}/folder::work", "--env", "A=1", "--env", "EMPTY=", "--env", "UMLAUT"]
    arguments = [program, "one", "two words", ""]
    result = run(engine, *options, *arguments, input="a line to read\n", env={"UMLAUT": "ä"})
    assert (result.returncode, result.stderr) == (42, "to standard error\n")
    assert result.stdout == EXPECTED


@pytest.mark.parametrize("code", [0, 1, 125, 126, 255])
def test_the_exit_code_is_the_program_s(engine: str, program: Path, code: int) -> None:
    result = run(engine, program, "exit", str(code))
    assert (result.returncode, result.stdout, result.stderr) == (code, "", "")


def test_standard_streams_are_connected(engine: str, cat: Path) -> None:
    result = run(engine, cat, input="Zeile für Zeile\n" * 1000)
    assert (result.returncode, result.stdout, result.stderr) == (0, "Zeile für Zeile\n" * 1000, "end\n")


def test_input_is_read_as_it_comes(engine: str, cat: Path) -> None:
    package = str(Path(anywasm.__file__).parents[1])
    environment = {**os.environ, "PYTHONPATH": package}
    pipe = subprocess.PIPE
    with subprocess.Popen(command(engine, cat), stdin=pipe, stdout=pipe, stderr=pipe, env=environment) as guest:
        assert guest.stdin
        assert guest.stdout
        for line in (b"first\n", b"second\n"):
            guest.stdin.write(line)
            guest.stdin.flush()
            assert os.read(guest.stdout.fileno(), 100) == line
        guest.stdin.close()
        assert guest.wait(30) == 0


def test_options_of_the_program(engine: str, program: Path, tmp_path: Path) -> None:
    source = """(module (import "wasi_snapshot_preview1" "args_sizes_get" (func $sizes (param i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "args_get" (func $get (param i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
        (memory (export "memory") 1)
        (func (export "_start")
          (drop (call $sizes (i32.const 0) (i32.const 4)))
          (drop (call $get (i32.const 64) (i32.const 1024)))
          (i32.store (i32.const 0) (i32.const 1024))
          (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))"""
    (tmp_path / "args.wat").write_text(source)
    file = tmp_path / "args.wat"
    for given in (["-x", "--verbose", "-1"], ["--", "--dir", "--help"], ["a", "--", "--fuel"]):
        expected = [item for item in given if item != "--"]
        assert run(engine, file, *given).stdout.split("\0")[:-1] == ["args.wat", *expected]


def test_directories(engine: str, program: Path, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    read_only = run(engine, "--dir-ro", f"{tmp_path}/folder::work", program)
    assert "open_file = 63" in read_only.stdout
    assert list((tmp_path / "folder").iterdir()) == []
    missing = run(engine, "--dir", "/nonexistent", program)
    assert missing.returncode == 2
    assert "--dir: '/nonexistent' cannot be opened: No such file or directory" in missing.stderr


def test_a_variable_that_is_not_set(engine: str, program: Path) -> None:
    result = run(engine, "--env", "NOT_SET_HERE", program)
    assert result.returncode == 2
    assert "--env: 'NOT_SET_HERE' is not set in the environment" in result.stderr


def test_a_library_is_initialized(engine: str, wat: Path) -> None:
    wat.write_text("""(module (global $g (mut i32) (i32.const 0)) (memory (export "memory") 1)
        (func (export "_initialize") (global.set $g (i32.const 7)))
        (func (export "get") (param i32) (result i32) (i32.add (global.get $g) (local.get 0))))""")
    assert run(engine, wat, "--invoke", "get", "35").stdout == "42\n"


def test_imports_that_are_not_wasi(engine: str, wat: Path) -> None:
    wat.write_text("""(module (import "wasi_snapshot_preview1" "sched_yield" (func (result i32)))
        (import "env" "log" (func (param i32))) (func (export "_start")))""")
    result = run(engine, wat)
    assert result.returncode == 1
    assert "unsupported imports (only WASI is available):\n  env.log (func (param i32))\n" in result.stderr
    assert "sched_yield" not in result.stderr


def test_a_time_limit(engine: str, wat: Path) -> None:
    wat.write_text(FOREVER)
    start = time.monotonic()
    result = run(engine, "--timeout", "0.5", wat)
    assert time.monotonic() - start < 20
    assert result.returncode == 134
    assert result.stderr == "wasm trap: interrupt, after 0.5 s\n"
    assert run(engine, "--timeout", "0", wat).returncode == 2


def test_fuel(engine: str, wat: Path) -> None:
    wat.write_text(FOREVER)
    result = run(engine, "--fuel", "100000", wat)
    if "fuel" in CAPABILITIES[engine]:
        assert result.returncode == 134
        assert "all fuel consumed by WebAssembly" in result.stderr
    else:
        assert result.returncode == 1
        assert f"the engine `{engine}` lacks the capability `fuel`" in result.stderr


def test_a_memory_limit(engine: str, wat: Path) -> None:
    wat.write_text(GROW)
    result = run(engine, "--max-memory", "1M", wat, "--invoke", "grow", "15")
    if "limits" in CAPABILITIES[engine]:
        assert result.stdout == "1\n"
        assert run(engine, "--max-memory", "1M", wat, "--invoke", "grow", "16").stdout == "-1\n"
    else:
        assert result.returncode == 1
        assert f"the engine `{engine}` lacks the capability `limits`" in result.stderr
    assert run(engine, wat, "--invoke", "grow", "16").stdout == "1\n"
    bad = run(engine, "--max-memory", "much", wat)
    assert bad.returncode == 2
    assert "'much' is not a number of bytes" in bad.stderr


@pytest.mark.parametrize("where", ["computing", "reading"])
def test_ctrl_c(engine: str, wat: Path, cat: Path, where: str) -> None:
    wat.write_text(FOREVER)
    package = str(Path(anywasm.__file__).parents[1])
    program = "from anywasm.cli import main; print('ready', flush=True); main()"
    file = wat if where == "computing" else cat
    arguments = [sys.executable, "-c", program, "run", "--engine", engine, str(file)]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        arguments,
        stdin=pipe,
        stdout=pipe,
        stderr=pipe,
        env={**os.environ, "PYTHONPATH": package},
        preexec_fn=children.interruptible(),
    ) as guest:
        assert guest.stdout
        assert guest.stdout.readline() == b"ready\n"
        time.sleep(1)
        guest.send_signal(signal.SIGINT)
        assert guest.wait(30) == 130
        assert guest.stderr
        assert guest.stderr.read() == b"interrupted\n"
