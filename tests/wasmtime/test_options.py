"""What an engine does that honours an option of its config. Another engine refuses the option."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import anywasm
from anywasm.wasmtime import (
    Engine,
    Instance,
    Limits,
    MemoryType,
    Module,
    SharedMemory,
    Store,
    Trap,
    TrapCode,
    WasmtimeError,
)
from engine_configs import MEMORY, engine_with, refused, works


def _canonical(engine: Engine) -> None:
    """Every NaN is the canonical one, also where an operand has another payload."""
    source = """(module (func (export "bits") (param i32) (result i32)
        (i32.reinterpret_f32 (f32.add (f32.reinterpret_i32 (local.get 0)) (f32.const 1)))))"""
    store = Store(engine)
    bits = Instance(store, Module(engine, source), []).exports(store)["bits"]
    assert bits(store, 0x7FC1_2345) == bits(store, -1) == 0x7FC0_0000


def _depth(engine: Engine) -> int:
    """Returns how deeply a function can call itself."""
    source = """(module (global $depth (export "depth") (mut i32) (i32.const 0))
        (func $f (export "f") (global.set $depth (i32.add (global.get $depth) (i32.const 1))) (call $f)))"""
    store = Store(engine)
    exports = Instance(store, Module(engine, source), []).exports(store)
    with pytest.raises(Trap) as raised:
        exports["f"](store)
    assert raised.value.trap_code is TrapCode.STACK_OVERFLOW
    depth: int = exports["depth"].value(store)
    return depth


def _has_a_smaller_stack(engine: Engine) -> None:
    assert _depth(engine) < _depth(Engine()) * 0.75


def _makes_shared_memories(engine: Engine) -> None:
    assert SharedMemory(engine, MemoryType(Limits(1, 2), shared=True)).size() == 1


def _runs_out_of_fuel(engine: Engine) -> None:
    store = Store(engine)
    store.set_fuel(1)
    with pytest.raises(Trap) as raised:
        Instance(store, Module(engine, MEMORY), []).exports(store)["run"](store, 41)
    assert raised.value.trap_code is TrapCode.OUT_OF_FUEL


def _is_interrupted(engine: Engine) -> None:
    store = Store(engine)
    store.set_epoch_deadline(1)
    engine.increment_epoch()
    with pytest.raises(Trap) as raised:
        Instance(store, Module(engine, MEMORY), []).exports(store)["run"](store, 41)
    assert raised.value.trap_code is TrapCode.INTERRUPT


def _has_small_pages(engine: Engine) -> None:
    if "custom_page_sizes" not in engine.capabilities:
        with pytest.raises(WasmtimeError, match="does not support `custom-page-sizes`"):
            Module(engine, "(module (memory 1 (pagesize 1)))")
        return
    assert Module(engine, '(module (memory (export "m") 3 (pagesize 1)))').exports[0].type.page_size == 1


def _writes_a_map(engine: Engine) -> None:
    assert "wasm" in Path(f"/tmp/perf-{os.getpid()}.map").read_text()


def _has_no_visible_effect(engine: Engine) -> None:
    pass


#: Options with their values, and what an engine that honours them does.
EFFECTS = [
    ({"cranelift_debug_verifier": True}, _has_no_visible_effect),
    ({"cranelift_nan_canonicalization": True}, _canonical),
    ({"wasm_relaxed_simd_deterministic": True}, _has_no_visible_effect),
    ({"debug_info": True}, _has_no_visible_effect),
    ({"profiler": "perfmap"}, _writes_a_map),
    ({"max_wasm_stack": 1 << 18}, _has_a_smaller_stack),
    ({"shared_memory": True}, _makes_shared_memories),
    ({"consume_fuel": True}, _runs_out_of_fuel),
    ({"epoch_interruption": True}, _is_interrupted),
    ({"wasm_component_model": True}, _has_no_visible_effect),
    ({"wasm_component_model_map": True}, _has_no_visible_effect),
    ({"wasm_component_model_implements": True}, _has_no_visible_effect),
    ({"wasm_custom_page_sizes": True}, _has_small_pages),
]


@pytest.mark.parametrize(("options", "check"), EFFECTS, ids=lambda value: str(value) if isinstance(value, dict) else "")
def test_all_else_is_honoured_or_refused(
    on_engine: str, options: dict[str, Any], check: Callable[[Engine], None]
) -> None:
    try:
        engine = engine_with(**options)
    except anywasm.CapabilityError as error:
        refused(error, *options)
        return
    works(engine)
    check(engine)
