"""A C program that makes every call of preview 1 prints the same as under wasmtime, on every engine, in both styles.

What wasmtime-py 50.0.1 printed is recorded in `programs/preview1.txt`; where that package is installed, it is asked
again.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from drivers import Driver
from wasi.harness import stock_wasmtime

PROGRAMS = Path(__file__).parent / "programs"
WASM = (PROGRAMS / "preview1.wasm").read_bytes()
EXPECTED = (PROGRAMS / "preview1.txt").read_text()
ARGS = ["program", "one", "two words", ""]
ENV = {"A": "1", "EMPTY": "", "UMLAUT": "ä"}
INPUT = b"a line to read\n"


def run_stock(folder: Path, args: list[str]) -> tuple[Any, str, str]:
    """What the package of wasmtime raises and prints."""
    stock = stock_wasmtime()
    engine = stock.Engine()
    linker, store, config = stock.Linker(engine), stock.Store(engine), stock.WasiConfig()
    linker.define_wasi()
    (folder / "stdin").write_bytes(INPUT)
    (folder / "work").mkdir()
    config.argv, config.env = args, list(ENV.items())
    config.stdin_file, config.stdout_file, config.stderr_file = (folder / n for n in ("stdin", "stdout", "stderr"))
    config.preopen_dir(str(folder / "work"), "work")
    store.set_wasi(config)
    start = linker.instantiate(store, stock.Module(engine, WASM)).exports(store)["_start"]
    with pytest.raises(stock.WasmtimeError) as caught:
        start(store)
    return caught.value, (folder / "stdout").read_text(), (folder / "stderr").read_text()


def test_every_call(wasm: Driver, tmp_path: Path) -> None:
    out, err = bytearray(), bytearray()
    setup = {"args": ARGS, "env": ENV, "stdin": INPUT, "stdout": out, "stderr": err}
    assert wasm.run_program(WASM, directories=[("work", tmp_path, False)], **setup) == 42
    assert out.decode() == EXPECTED
    assert err == b"to standard error\n"
    assert list(tmp_path.iterdir()) == []


def test_what_is_recorded_is_what_wasmtime_prints(tmp_path: Path) -> None:
    error, out, err = run_stock(tmp_path, ARGS)
    assert (error.code, err) == (42, "to standard error\n")
    assert out == EXPECTED


@pytest.mark.parametrize("code", [0, 1, 125])
def test_exit_codes(wasm: Driver, code: int) -> None:
    assert wasm.run_program(WASM, args=["program", "exit", str(code)]) == code


@pytest.mark.parametrize("code", [126, 255, 2**32 - 1])
def test_exit_codes_that_are_the_host_s(wasm: Driver, code: int) -> None:
    instance = wasm.instantiate_wasi(wasm.compile(WASM), args=["program", "exit", str(code)])
    with pytest.raises(wasm.error, match=rf"exit with invalid exit status outside of \[0..126\)|code: {code}$"):
        wasm.call(wasm.export(instance, "_start"))


@pytest.mark.parametrize("code", [0, 125, 126, 255])
def test_exit_codes_under_wasmtime(tmp_path: Path, code: int) -> None:
    error, out, _ = run_stock(tmp_path, ["program", "exit", str(code)])
    assert out == ""
    if code < 126:
        assert (type(error).__name__, error.code) == ("ExitTrap", code)
    else:
        assert "exit with invalid exit status outside of [0..126)" in str(error)
