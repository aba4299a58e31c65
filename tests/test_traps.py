"""Every trap is an exception that says what and where, and the process goes on."""

from __future__ import annotations

import re
import threading
from typing import Any

import pytest

from anywasm.core import TrapCode
from anywasm.wasmtime import Engine, Instance, Module, Store, Trap, wat2wasm
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


@pytest.mark.parametrize("kib", [192, 512])
def test_calls_nested_through_the_host_on_a_thread_with_a_small_stack(wasm: Driver, kib: int) -> None:
    """Guest, host, guest, host, ...: as deep as the thread's stack has room for the host, then an error."""
    source = """(module (import "env" "down" (func $down (param i32) (result i32)))
        (func $deep (param i32) (result i32)
          (if (result i32) (local.get 0)
            (then (i32.add (i32.const 0) (call $deep (i32.sub (local.get 0) (i32.const 1)))))
            (else (i32.const 0))))
        (func (export "run") (param i32) (result i32)
          (i32.add (call $deep (i32.const 100)) (i32.add (i32.const 1) (call $down (local.get 0))))))"""
    calls: list[Any] = []

    def down(depth: int) -> int:
        return 0 if depth == 0 else wasm.call(calls[0], depth - 1)

    instance = wasm.instantiate(wasm.compile(source), {"down": wasm.func(["i32"], ["i32"], down)})
    calls.append(wasm.export(instance, "run"))
    outcomes: list[object] = []

    def work() -> None:
        for _ in range(3):
            outcomes.append(wasm.call(calls[0], 3))
        try:
            wasm.call(calls[0], 1_000_000)
        except BaseException as error:
            outcomes.append(error)
        outcomes.append(wasm.call(calls[0], 3))

    threading.stack_size(kib << 10)
    try:
        thread = threading.Thread(target=work)
        thread.start()
    finally:
        threading.stack_size(0)
    thread.join()
    assert outcomes[:3] == [4, 4, 4], outcomes
    assert isinstance(outcomes[3], (wasm.trap, RecursionError))
    assert outcomes[4] == 4


@pytest.mark.needs("frame_offsets")
@pytest.mark.parametrize(
    ("body", "offset"),
    [
        ("unreachable", 0),
        ("nop nop unreachable", 2),
        ("(i32.load offset=4294967295 (i32.const 1)) drop", 2),
        ("(i32.store offset=4294967295 (i32.const 1) (i32.const 2))", 4),
        ("(drop (i32.div_u (i32.const 1) (global.get 0)))", 4),
    ],
)
@pytest.mark.parametrize("interruptible", ["0", "1"])
def test_a_trap_tells_where_it_is(
    wasm: Driver, body: str, offset: int, interruptible: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also one that is the first thing a function does."""
    binary = wat2wasm(f'(module (memory 1) (global i32 (i32.const 0)) (func (export "f") {body}))')
    monkeypatch.setenv("ANYWASM_INTERRUPTIBLE", interruptible)
    wasm = type(wasm)()
    instance = wasm.instantiate(wasm.compile(bytes(binary)))
    with pytest.raises(wasm.trap) as caught:
        wasm.call(wasm.export(instance, "f"))
    assert frames(caught.value)[0] == body_start(binary) + offset


@pytest.mark.needs("frame_offsets")
@pytest.mark.parametrize(
    ("tables", "body", "offset"),
    [
        ('(table (export "t") 2 2 funcref)', "unreachable", 0),
        ("(table 1 2 funcref)", "(drop (table.grow (ref.null func) (i32.const 1))) unreachable", 8),
    ],
)
def test_a_trap_tells_where_it_is_in_the_original_of_a_rewritten_module(
    on_engine: str, tables: str, body: str, offset: int
) -> None:
    binary = wat2wasm(f'(module {tables} (func (export "f") {body}) (func (export "g") (call 0)))')
    engine = Engine()
    module = Module(engine, binary)
    modules = [module, Module.deserialize(engine, module.serialize())]
    for module in modules:
        store = Store(engine)
        exports = Instance(store, module, []).exports(store)
        for name in ("f", "g"):
            with pytest.raises(Trap) as caught:
                exports[name](store)
            frame = caught.value.frames[0]
            assert frame.module_offset == body_start(bytes(binary)) + offset
            # The function starts with the number of its groups of locals.
            assert (frame.func_index, frame.func_offset) == (0, 1 + offset)


def body_start(binary: bytes) -> int:
    """Where the first operator of the only function is."""
    position = 8
    while binary[position] != 10:
        position += 2 + binary[position + 1]
    return position + 5


def frames(trap: BaseException) -> list[int]:
    """The places that a trap's text tells, innermost first."""
    return [int(place, 16) for place in re.findall(r"\b0x[0-9a-f]+(?=\)| - )", str(trap))]


def test_every_trap_code_has_a_text() -> None:
    texts = [code.text for code in TrapCode]
    assert all(texts)
    assert len(set(texts)) == len(texts)
