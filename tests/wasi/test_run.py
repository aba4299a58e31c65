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


#: Creates the directory `data/new`, and exits with the error number.
MAKE_DIRECTORY = """(module
    (import "wasi_snapshot_preview1" "path_create_directory" (func $make (param i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1) (data (i32.const 0) "new")
    (func (export "_start") (call $exit (call $make (i32.const 3) (i32.const 0) (i32.const 3)))))"""


def test_a_read_only_directory_cannot_be_changed(engine: str, wat: Path, tmp_path: Path) -> None:
    wat.write_text(MAKE_DIRECTORY)
    (tmp_path / "data").mkdir()
    assert run(engine, "--dir-ro", f"{tmp_path}/data::data", wat).returncode == 63
    assert list((tmp_path / "data").iterdir()) == []
    assert run(engine, "--dir", f"{tmp_path}/data::data", wat).returncode == 0
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["new"]


def test_initialize_is_called_once(engine: str, wat: Path) -> None:
    wat.write_text("""(module (global $called (mut i32) (i32.const 0)) (memory (export "memory") 1)
        (func (export "_initialize")
          (if (global.get $called) (then unreachable)) (global.set $called (i32.const 1))))""")
    result = run(engine, wat, "--invoke", "_initialize")
    assert (result.returncode, result.stderr) == (0, "")


def test_a_result_of_type_f32_has_as_many_digits_as_needed(engine: str, wat: Path) -> None:
    wat.write_text("""(module (func (export "nine") (result f32) (f32.const 1.3644169484905433e-05))
        (func (export "one") (result f32) (f32.const 0.1)))""")
    assert run(engine, wat, "--invoke", "nine").stdout == "1.36441695e-05\n"
    assert run(engine, wat, "--invoke", "one").stdout == "0.1\n"


#: Writes its arguments or its environment to the standard output.
SHOW = """(module (import "wasi_snapshot_preview1" "{name}_sizes_get" (func $sizes (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "{name}_get" (func $get (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (func (export "_start")
      (drop (call $sizes (i32.const 0) (i32.const 4)))
      (drop (call $get (i32.const 64) (i32.const 1024)))
      (i32.store (i32.const 0) (i32.const 1024))
      (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))"""


def run_bytes(
    engine: str, *args: str | Path | bytes, env: dict[bytes, bytes] | None = None
) -> tuple[int, bytes, bytes]:
    """The exit code, output and errors of a command line that may have bytes that are not UTF-8."""
    package = os.fsencode(Path(anywasm.__file__).parents[1])
    environment = {**os.environb, b"PYTHONPATH": package, **(env or {})}
    given = [os.fsencode(arg) for arg in (*command(engine), *args)]
    result = subprocess.run(
        given, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=False
    )
    return result.returncode, result.stdout, result.stderr


def test_bytes_that_are_not_utf8_reach_the_program(engine: str, tmp_path: Path) -> None:
    names = [os.fsencode(tmp_path / name) for name in ("args", "environ")]
    args, environ = (name + b"\xff.wat" for name in names)
    for path, name in ((args, "args"), (environ, "environ")):
        Path(os.fsdecode(path)).write_text(SHOW.format(name=name))
    assert run_bytes(engine, args, b"x\xfe") == (0, b"args\xff.wat\0x\xfe\0", b"")
    assert run_bytes(engine, "--env", b"A=\xff", environ) == (0, b"A=\xff\0", b"")
    assert run_bytes(engine, "--env", b"B", environ, env={b"B": b"\xfe"}) == (0, b"B=\xfe\0", b"")
    folder = os.fsencode(tmp_path) + b"/folder\xff"
    os.mkdir(folder)
    assert run_bytes(engine, "--dir", folder + b"::folder", args)[0] == 0


def test_bytes_that_are_not_utf8_in_errors(engine: str, tmp_path: Path) -> None:
    path = os.fsencode(tmp_path / "module") + b"\xff.wat"
    Path(os.fsdecode(path)).write_text("(module")
    good = tmp_path / "good.wat"
    good.write_text('(module (func (export "f") (param i32)))')
    call = ("--invoke", "f", good, "1")
    folder = os.fsencode(tmp_path) + b"/folder\xff"
    os.mkdir(folder)
    for code, text, *args in (
        (1, b"module\\udcff.wat: ", path),
        (1, b"none\\udcff.wat: No such file or directory", b"none\xff.wat"),
        (1, b"no function '\\udcff'", "--invoke", b"\xff", good),
        (2, b"'\\udcff' is not an integer", "--invoke", "f", good, b"\xff"),
        (2, b"'\\udcff' is not set in the environment", "--env", b"\xff", *call),
        (2, b"'\\udcff' is not a number of bytes", "--max-memory", b"\xff", *call),
        (2, b"of a preopened directory is not UTF-8; use --dir HOST::GUEST", "--dir", folder, *call),
        (2, b"the guest path '\\udcff' of a preopened", "--dir-ro", os.fsencode(tmp_path) + b"::\xff", *call),
    ):
        outcome = run_bytes(engine, *args)
        assert outcome[:2] == (code, b"")
        assert text in outcome[2], outcome
        assert b"Traceback" not in outcome[2]


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
