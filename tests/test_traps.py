"""Every trap is an exception that says what and where, and the process goes on."""

from __future__ import annotations

import threading

import pytest

from drivers import Driver

SOURCE = """(module $traps
    (type $none (func)) (type $other (func (param i32)))
    (memory 1) (table 4 funcref) (elem (i32.const 0) $recurse)
    (func $recurse (export "recurse") (call $recurse))
    (func $trap (export "unreachable") unreachable)
    (func (export "outer") (call $trap))
    (func (export "divide") (param i32) (result i32) (i32.div_s (i32.const 1) (local.get 0)))
    (func (export "overflow") (result i32) (i32.div_s (i32.const -0x80000000) (i32.const -1)))
    (func (export "truncate") (param f64) (result i32) (i32.trunc_f64_s (local.get 0)))
    (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
    (func (export "store") (param i32) (i32.store (local.get 0) (i32.const 1)))
    (func (export "indirect") (param i32) (call_indirect (type $none) (local.get 0)))
    (func (export "mistyped") (call_indirect (type $other) (i32.const 1) (i32.const 0)))
    (func (export "fine") (result i32) (i32.const 1)))"""

TRAPS = [
    ("unreachable", (), "unreachable"),
    ("divide", (0,), "integer divide by zero"),
    ("overflow", (), "integer overflow"),
    ("truncate", (1e300,), "integer overflow"),
    ("truncate", (float("nan"),), "invalid conversion to integer"),
    ("load", (65533,), "out of bounds memory access"),
    ("load", (-1,), "out of bounds memory access"),
    ("store", (2**31,), "out of bounds memory access"),
    ("indirect", (3,), "uninitialized element"),
    ("indirect", (4,), "undefined element: out of bounds table access"),
    ("mistyped", (), "indirect call type mismatch"),
    ("recurse", (), "call stack exhausted"),
]


@pytest.mark.parametrize(("name", "args", "text"), TRAPS, ids=[f"{name}{args}" for name, args, _ in TRAPS])
def test_trap(wasm: Driver, name: str, args: tuple[object, ...], text: str) -> None:
    instance = wasm.instantiate(wasm.compile(SOURCE))
    for _ in range(3):
        with pytest.raises(wasm.trap, match=text):
            wasm.call(wasm.export(instance, name), *args)
        assert wasm.call(wasm.export(instance, "fine")) == 1


@pytest.mark.needs("frames")
def test_a_trap_names_the_functions(wasm: Driver) -> None:
    instance = wasm.instantiate(wasm.compile(SOURCE))
    with pytest.raises(wasm.trap) as caught:
        wasm.call(wasm.export(instance, "outer"))
    lines = str(caught.value).splitlines()
    assert any("trap" in line and "traps" in line and "0x" in line for line in lines), lines


@pytest.mark.needs("frames")
def test_frames_of_two_modules_are_told_apart(wasm: Driver) -> None:
    inner = wasm.instantiate(wasm.compile('(module $inner (func $deep (export "f") unreachable))'))
    outer = """(module $outer (import "env" "f" (func $f)) (func $a) (func $b) (func $c nop nop nop nop)
        (func $caller (export "run") nop nop (call $f)))"""
    instance = wasm.instantiate(wasm.compile(outer), {"f": wasm.export(inner, "f")})
    with pytest.raises(wasm.trap) as caught:
        wasm.call(wasm.export(instance, "run"))
    text = str(caught.value)
    assert "deep" in text
    assert "inner" in text
    assert "caller" in text
    assert "outer" in text


def test_a_start_function_that_traps(wasm: Driver) -> None:
    module = wasm.compile("(module (func $f unreachable) (start $f))")
    with pytest.raises(wasm.trap, match="unreachable"):
        wasm.instantiate(module)


@pytest.mark.parametrize(
    "segment", ['(memory 1) (data (i32.const 65536) "x")', "(table 1 funcref) (elem (i32.const 1) $f)"]
)
def test_a_segment_out_of_bounds(wasm: Driver, segment: str) -> None:
    module = wasm.compile(f"(module (func $f) {segment})")
    with pytest.raises((wasm.trap, wasm.error), match="out of bounds"):
        wasm.instantiate(module)


@pytest.mark.parametrize("kib", [128, 256, 1024])
def test_stack_overflow_on_a_thread_with_a_small_stack(wasm: Driver, kib: int) -> None:
    deep = """(module (import "env" "f" (func $f (param i32) (result i32)))
        (func $g (export "count") (param i32) (result i32)
          (if (result i32) (i32.eqz (local.get 0)) (then (call $f (i32.const 1)))
            (else (i32.add (i32.const 1) (call $g (i32.sub (local.get 0) (i32.const 1)))))))
        (func $r (export "recurse") (call $r)))"""
    func = wasm.func(["i32"], ["i32"], lambda x: x + 1)
    instance = wasm.instantiate(wasm.compile(deep), {"f": func})
    outcomes: list[object] = []

    def work() -> None:
        try:
            # Deep enough for no small stack, and calls the host at the bottom.
            outcomes.append(wasm.call(wasm.export(instance, "count"), 900))
            wasm.call(wasm.export(instance, "recurse"))
        except BaseException as error:
            outcomes.append(error)

    threading.stack_size(kib << 10)
    try:
        thread = threading.Thread(target=work)
        thread.start()
    finally:
        threading.stack_size(0)
    thread.join()
    assert outcomes[0] == 902, outcomes
    assert isinstance(outcomes[1], wasm.trap)
    assert "call stack exhausted" in str(outcomes[1])
