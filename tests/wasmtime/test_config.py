"""`Config`: what it takes, what engines make of it, and who refuses what."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import anywasm
import children
from anywasm.wasmtime import (
    Config,
    Engine,
    Instance,
    Module,
    Store,
    WasmtimeError,
)
from engine_configs import MEMORY, engine_with, refused, works

SWITCHES = [name for name in dir(Config) if (getattr(Config, name).__doc__ or "").startswith("Whether")]

#: A proposal, and a module that needs it.
PROPOSALS = {
    "wasm_threads": "(module (memory 1 1 shared))",
    "wasm_tail_call": "(module (func return_call 0))",
    "wasm_reference_types": "(module (func (param externref)))",
    "wasm_function_references": "(module (type $f (func)) (func (param (ref null $f))))",
    "wasm_gc": "(module (type (struct)))",
    "wasm_simd": "(module (func (param v128)))",
    "wasm_relaxed_simd": """(module (func (param v128 v128) (result v128)
        (i32x4.relaxed_laneselect (local.get 0) (local.get 1) (local.get 0))))""",
    "wasm_bulk_memory": "(module (memory 1) (func (memory.fill (i32.const 0) (i32.const 0) (i32.const 0))))",
    "wasm_multi_value": "(module (func (result i32 i32) unreachable))",
    "wasm_multi_memory": "(module (memory 1) (memory 1))",
    "wasm_memory64": "(module (memory i64 1))",
    "wasm_exceptions": "(module (tag))",
    "wasm_wide_arithmetic": """(module (func (param i64) (result i64 i64)
        (i64.mul_wide_u (local.get 0) (local.get 0))))""",
    "wasm_custom_page_sizes": "(module (memory 1 (pagesize 1)))",
    "wasm_stack_switching": "(module (type $f (func)) (type (cont $f)))",
}

#: What goes where something else goes.
TOGETHER = {
    "wasm_simd": ["wasm_relaxed_simd"],
    "wasm_function_references": ["wasm_gc"],
    "wasm_reference_types": ["wasm_function_references", "wasm_gc"],
    "gc_support": ["wasm_gc", "wasm_exceptions"],
}


def makes(**options: Any) -> bool:
    """Whether the engine takes these options; where not, it is for want of a capability."""
    try:
        engine_with(**options)
    except anywasm.CapabilityError as error:
        return refused(error, *options)
    return True


def compiles(engine: Engine, source: str) -> bool:
    try:
        Module(engine, source)
    except WasmtimeError:
        return False
    return True


def test_switches_are_found_by_their_documentation() -> None:
    assert {*PROPOSALS, "gc_support", "consume_fuel", "memory_may_move"} <= set(SWITCHES)


@pytest.mark.parametrize("name", SWITCHES)
def test_a_switch_is_set_and_not_read(name: str) -> None:
    config = Config()
    if name != "epoch_interruption":
        article = "an" if name == "consume_fuel" else "a"
        with pytest.raises(TypeError, match=f"^expected {article} bool$"):
            setattr(config, name, 1)
    setattr(config, name, True)
    with pytest.raises(AttributeError):
        getattr(config, name)


@pytest.mark.parametrize(
    ("name", "value", "error", "text"),
    [
        ("strategy", "x", WasmtimeError, "unknown strategy: x"),
        ("cranelift_opt_level", 3, WasmtimeError, "unknown opt level: 3"),
        ("profiler", None, WasmtimeError, "unknown profiler: None"),
        ("cache", False, WasmtimeError, "caching cannot be explicitly disabled"),
        ("cache", 3, TypeError, "expected string or bool"),
        ("cache", "/nope", WasmtimeError, "failed to read config file: /nope"),
        ("target", 3, TypeError, "expected a str"),
        ("target", "foo", WasmtimeError, "Unrecognized architecture: foo"),
        ("max_wasm_stack", "x", TypeError, "expected an int"),
        ("memory_reservation", 1.5, TypeError, "expected an int"),
    ],
)
def test_wrong_values(name: str, value: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=f"^{text}"):
        setattr(Config(), name, value)


def test_flags_are_texts() -> None:
    config: Any = Config()
    with pytest.raises(TypeError, match=r"expected a str$"):
        config.cranelift_flag_enable(1)
    with pytest.raises(TypeError, match="expected a str for key"):
        config.cranelift_flag_set(1, "1")
    with pytest.raises(TypeError, match="expected a str for value"):
        config.cranelift_flag_set("k", 1)


def test_a_flag_is_honoured_or_refused(on_engine: str) -> None:
    def enabled(flag: str) -> Engine:
        config = Config()
        config.cranelift_flag_enable(flag)
        return Engine(config)

    try:
        works(enabled("enable_verifier"))
        text = "No existing setting named 'nonsense'"
    except anywasm.CapabilityError:
        text = f"`{on_engine}` cannot honour the option `cranelift_flag.nonsense=`"
    with pytest.raises((WasmtimeError, anywasm.CapabilityError), match=text):
        enabled("nonsense")


@pytest.mark.parametrize("name", PROPOSALS)
def test_a_proposal_is_switched(on_engine: str, name: str) -> None:
    off = engine_with(**dict.fromkeys([name, *TOGETHER.get(name, [])], False))
    assert not compiles(off, PROPOSALS[name])
    assert compiles(off, '(module (memory 1) (func (export "f") (param i32) (result i32) (local.get 0)))')
    extra = {"shared_memory": True} if name == "wasm_threads" and makes(shared_memory=True) else {}
    on = engine_with(**{name: True}, **extra)
    # A program may switch on what it does not need.
    assert compiles(on, '(module (memory 1) (func (export "f") (param i32) (result i32) (local.get 0)))')
    if not compiles(on, PROPOSALS[name]):
        with pytest.raises(WasmtimeError, match=f"the engine `{on_engine}` does not support `"):
            Module(on, PROPOSALS[name])


def test_the_error_for_what_is_switched_off(on_engine: str) -> None:
    engine = engine_with(wasm_bulk_memory=False)
    with pytest.raises(WasmtimeError, match="at offset 34: bulk memory support is not enabled"):
        Module(engine, PROPOSALS["wasm_bulk_memory"])


def test_gc_support(on_engine: str) -> None:
    engine = engine_with(gc_support=False, **dict.fromkeys(TOGETHER["gc_support"], False))
    assert not compiles(engine, "(module (func (param externref)))")
    assert compiles(engine, "(module (func (param i32)))")


@pytest.mark.parametrize(
    "options",
    [
        {"strategy": "cranelift"},
        {"cranelift_opt_level": "none"},
        {"cranelift_opt_level": "speed_and_size"},
        {"parallel_compilation": False},
        {"native_unwind_info": False},
        {"signals_based_traps": False},
        {"memory_init_cow": False},
        {"memory_may_move": True},
        {"memory_reservation": 1 << 20},
        {"memory_guard_size": 1 << 16},
        {"memory_reservation_for_growth": 0},
        {"macos_use_mach_ports": False},
        {"cache": True},
    ],
    ids=str,
)
def test_what_only_tunes_speed_is_never_refused(
    on_engine: str, options: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    works(engine_with(**options))


@pytest.mark.parametrize("name", ["shared_memory", "consume_fuel", "epoch_interruption", "debug_info"])
def test_what_an_engine_does_anyway_is_not_refused(on_engine: str, name: str) -> None:
    works(engine_with(**{name: False}))


def test_an_engine_takes_its_config_over(on_engine: str) -> None:
    config = Config()
    Engine(config)
    for use in (
        lambda: Engine(config),
        lambda: setattr(config, "wasm_simd", True),
        lambda: setattr(config, "target", "x"),
    ):
        with pytest.raises(ValueError, match=r"^already closed$"):
            use()
    with pytest.raises(TypeError, match="expected Config"):
        Engine(3)  # type: ignore[arg-type]


def test_a_closed_engine(on_engine: str) -> None:
    with Engine() as engine:
        store = Store(engine)
    engine.close()
    for use in (lambda: Store(engine), lambda: Module(engine, "(module)"), engine.increment_epoch, engine.is_pulley):
        with pytest.raises(ValueError, match=r"^already closed$"):
            use()
    assert store.data() is None


def test_nan_canonicalization(on_engine: str) -> None:
    if not makes(cranelift_nan_canonicalization=True):
        pytest.skip("refused, as another test shows")
    engine = engine_with(cranelift_nan_canonicalization=True)
    store = Store(engine)
    source = """(module (func (export "f") (param i32) (result i32)
        (i32.reinterpret_f32 (f32.add (f32.reinterpret_i32 (local.get 0)) (f32.const 1)))))"""
    run = Instance(store, Module(engine, source), []).exports(store)["f"]
    assert run(store, 0x7FA12345) & 0xFFFFFFFF == 0x7FC00000


def test_the_stack_limit(on_engine: str) -> None:
    """Deep recursion reaches further with more of the stack, on a thread whose own stack is smaller too."""
    if not makes(max_wasm_stack=1 << 18):
        pytest.skip("refused, as another test shows")
    code = """
        import threading
        from anywasm.wasmtime import *
        SOURCE = '''(module (global $n (mut i32) (i32.const 0))
            (func $f (export "f") (global.set $n (i32.add (global.get $n) (i32.const 1))) (call $f))
            (func (export "n") (result i32) (global.get $n)))'''
        def depth(size):
            config = Config()
            config.max_wasm_stack = size
            store = Store(Engine(config))
            exports = Instance(store, Module(store.engine, SOURCE), []).exports(store)
            try:
                exports["f"](store)
            except Trap as trap:
                assert trap.trap_code is TrapCode.STACK_OVERFLOW
            return exports["n"](store)
        def compare():
            small, middle, large = depth(1 << 16), depth(1 << 20), depth(64 << 20)
            assert 12 < middle / small < 20 and 50 < large / middle < 80, (small, middle, large)
            print("ok")
        compare()
        threading.stack_size(1 << 17)
        thread = threading.Thread(target=compare)
        thread.start()
        thread.join()"""
    assert children.run(on_engine, code) == "ok\nok\n"


#: What a C API ends the process for, and the error of an engine that honours the option. Another engine refuses the
#: option, or ignores it if it only changes the speed.
WRONG = {
    "config.max_wasm_stack = 0": "max_wasm_stack size cannot be zero",
    "config.max_wasm_stack = -1": "`max_wasm_stack` cannot be 18446744073709551615: 1073741824 is the most",
    "config.cranelift_flag_enable('nonsense')": "No existing setting named 'nonsense'",
    "config.cranelift_flag_set('opt_level', 'nonsense')": "Unexpected value for a setting, expected any among none",
    "config.cranelift_flag_enable('a\\0b')": "`cranelift_flag.a\0b` cannot be ``; it can be text without NUL",
    "config.target = 'mips-unknown-linux-gnu'": "Support for this target has not been implemented yet",
    "config.memory_reservation = -1": "memory_reservation overflows",
    "config.memory_guard_size = -1": "memory_guard_size overflows",
    "config.cache = BROKEN": "failed to parse config file: ",
    "config.wasm_reference_types = config.gc_support = config.wasm_bulk_memory = False": "",
}
IGNORED = re.compile("memory_reservation|memory_guard_size|cache|wasm_reference_types")


@pytest.mark.parametrize("code", WRONG)
def test_no_config_ends_the_process(on_engine: str, tmp_path: Path, code: str) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text("[nonsense")
    program = f"""
        import sys
        from anywasm.wasmtime import *
        BROKEN = {str(broken)!r}
        config = Config()
        {code}
        try:
            store = Store(Engine(config))
            source = '(module (memory 1) (func (export "f") (result i32) (i32.const 5)))'
            print("works", Instance(store, Module(store.engine, source), []).exports(store)["f"](store))
        except WasmtimeError as error:
            print(error)"""
    printed = children.run(on_engine, program)
    is_ignored = IGNORED.search(code) and printed == "works 5\n"
    is_refused = f"the engine `{on_engine}` cannot honour the option `" in printed
    assert is_ignored or is_refused or (WRONG[code] and WRONG[code] in printed), printed


def test_no_two_options_end_the_process(on_engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    code = "import option_pairs, sys; print(*option_pairs.try_all(sys.argv[1]))"
    made, refused = map(int, children.run(on_engine, code, str(tmp_path)).split())
    assert made > 1000
    assert refused > 100


def test_a_cache_is_used(on_engine: str, tmp_path: Path) -> None:
    config_file = tmp_path / "cache.toml"
    config_file.write_text(f'[cache]\ndirectory = "{tmp_path / "code"}"\n')
    engine = engine_with(cache=str(config_file))
    Module(engine, MEMORY)
    files = [path for path in (tmp_path / "code").rglob("*") if path.is_file()]
    # An engine that has no use for a cache drops the option.
    assert bool(files) == ("externref_release" in engine.capabilities)
