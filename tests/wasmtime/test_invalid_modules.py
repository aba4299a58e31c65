"""The texts of errors for modules that use a proposal which the engine was made without: those of wasmtime-py."""

from __future__ import annotations

from pathlib import Path

import pytest

from anywasm.wasmtime import Config, Engine, Module, WasmtimeError, wat2wasm

#: The option, the module, and the texts of wasmtime-py 50.0.1.
CASES = [
    (
        "wasm_tail_call",
        "(module (func $f) (func return_call $f))",
        "failed to compile: wasm[0]::function[1]\n\nCaused by:\n    0: WebAssembly translation error\n"
        "    1: Invalid input WebAssembly code at offset 27: tail calls support is not enabled\n",
        "tail calls support is not enabled (at offset 0x1b)",
    ),
    (
        "wasm_memory64",
        "(module (memory i64 1))",
        "failed to parse WebAssembly module\n\nCaused by:\n"
        "    memory64 must be enabled for 64-bit memories (at offset 0xb)\n",
        "memory64 must be enabled for 64-bit memories (at offset 0xb)",
    ),
    (
        "wasm_wide_arithmetic",
        "(module (func (param i64 i64) (result i64 i64) (i64.mul_wide_s (local.get 0) (local.get 1))))",
        "failed to compile: wasm[0]::function[0]\n\nCaused by:\n    0: WebAssembly translation error\n"
        "    1: Invalid input WebAssembly code at offset 31: wide arithmetic support is not enabled\n",
        "wide arithmetic support is not enabled (at offset 0x1f)",
    ),
]


@pytest.mark.parametrize(("option", "source", "compiled", "validated"), CASES, ids=[case[0] for case in CASES])
def test_a_proposal_that_is_switched_off(
    on_engine: str, option: str, source: str, compiled: str, validated: str
) -> None:
    config = Config()
    setattr(config, option, False)
    engine = Engine(config)
    with pytest.raises(WasmtimeError) as raised:
        Module(engine, source)
    if "does not support" in str(raised.value):
        pytest.skip(f"{on_engine} lacks the proposal")
    assert str(raised.value) == compiled
    with pytest.raises(WasmtimeError) as raised:
        Module.validate(engine, wat2wasm(source))
    assert str(raised.value) == validated


#: An exit and a trap in a module with debug information, and in one without.
EXITING = """(module (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1) (func (export "exit") (call $exit (i32.const 3))) (func (export "trap") unreachable)
    {section})"""
NOTE = (
    "\nnote: using the `WASMTIME_BACKTRACE_DETAILS=1` environment variable may show more debugging information\n"
    "\nCaused by:\n"
)


@pytest.mark.needs("frames")
@pytest.mark.parametrize("details", [None, "0", "1"])
def test_a_note_about_debug_information(on_engine: str, details: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    from anywasm.wasmtime import ExitTrap, Linker, Store, Trap, WasiConfig

    if details is None:
        monkeypatch.delenv("WASMTIME_BACKTRACE_DETAILS", raising=False)
    else:
        monkeypatch.setenv("WASMTIME_BACKTRACE_DETAILS", details)
    for section, has_note in (('(@custom ".debug_info" "x")', details != "1"), ('(@custom "debug" "x")', False)):
        store = Store()
        linker = Linker(store.engine)
        linker.define_wasi()
        store.set_wasi(WasiConfig())
        exports = linker.instantiate(store, Module(store.engine, EXITING.format(section=section))).exports(store)
        for name, kind in (("exit", ExitTrap), ("trap", Trap)):
            with pytest.raises(kind) as raised:
                exports[name](store)
            text = str(raised.value)
            # An engine may have no frames of a guest that the host ends.
            if kind is Trap or "backtrace" in text:
                assert (NOTE in text) is has_note


def test_files_that_cannot_be_read(on_engine: str, tmp_path: Path) -> None:
    engine = Engine()
    for path in (tmp_path / "missing", tmp_path):
        with pytest.raises(WasmtimeError, match=f"failed to open file {str(path)!r} for reading: ") as raised:
            Module.deserialize_file(engine, str(path))
        assert isinstance(raised.value.__cause__, OSError)


def test_the_reason_why_a_module_is_not_valid(on_engine: str) -> None:
    with pytest.raises(WasmtimeError, match="type mismatch: expected i32 but nothing on stack"):
        Module.validate(Engine(), wat2wasm("(module (func (result i32)))"))
