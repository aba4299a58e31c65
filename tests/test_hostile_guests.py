"""Guests that do not end, or use up the machine: fuel and time stop each of them, for one reason on every engine."""

from __future__ import annotations

import time
from typing import Any

import pytest

import anywasm
import bombs
from anywasm.core import TrapCode
from anywasm.wasmtime import wat2wasm
from drivers import Driver

#: Guests that run until something stops them. Each exports `run`.
ENDLESS = {
    "a loop": '(module (func (export "run") (loop (br 0))))',
    "a loop that does something": """(module (memory 1) (func (export "run") (local i32)
        (loop (i32.store (i32.const 0) (local.tee 0 (i32.add (local.get 0) (i32.const 1))))
          (br_if 0 (i32.or (i32.load (i32.const 0)) (i32.const 1))))))""",
    "loops in loops": """(module (func (export "run") (local i32 i32)
        (loop $outer (local.set 1 (i32.const 100))
          (loop $inner (br_if $inner (local.tee 1 (i32.sub (local.get 1) (i32.const 1)))))
          (br $outer))))""",
    "a loop that calls": """(module (func $f (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
        (func (export "run") (local i32) (loop (local.set 0 (call $f (local.get 0))) (br 0))))""",
    "a loop that calls through a table": """(module (type $t (func)) (table 1 funcref) (elem (i32.const 0) $f) (func $f)
        (func (export "run") (loop (call_indirect (type $t) (i32.const 0)) (br 0))))""",
    "a loop that calls the host": """(module (import "env" "host" (func $host))
        (func (export "run") (loop (call $host) (br 0))))""",
    "a switch": """(module (func (export "run") (local i32)
        (loop $again (block $b (block $a
          (br_table $a $b $again (local.tee 0 (i32.rem_u (i32.add (local.get 0) (i32.const 1)) (i32.const 3)))))
          (br $again)) (br $again))))""",
    "a switch that only jumps back": """(module (func (export "run")
        (loop $again (br_table $again $again (i32.const 7)))))""",
    "recursion that doubles": """(module (func $f (export "run_with") (param i32)
          (if (local.get 0) (then (call $f (i32.sub (local.get 0) (i32.const 1)))
            (call $f (i32.sub (local.get 0) (i32.const 1))))))
        (func (export "run") (call $f (i32.const 100))))""",
    "recursion through a table that doubles": """(module (type $t (func (param i32))) (table 2 funcref)
        (elem (i32.const 0) $f $g)
        (func $f (type $t) (if (local.get 0) (then
          (call_indirect (type $t) (i32.sub (local.get 0) (i32.const 1)) (i32.const 1))
          (call_indirect (type $t) (i32.sub (local.get 0) (i32.const 1)) (i32.const 1)))))
        (func $g (type $t) (if (local.get 0) (then
          (call_indirect (type $t) (i32.sub (local.get 0) (i32.const 1)) (i32.const 0))
          (call_indirect (type $t) (i32.sub (local.get 0) (i32.const 1)) (i32.const 0)))))
        (func (export "run") (call $f (i32.const 100))))""",
    "a tail call": '(module (func $f (export "run") (return_call $f)))',
    "tail calls in turn": """(module (func $f (export "run") (return_call $g)) (func $g (return_call $f)))""",
    "a tail call through a table": """(module (type $t (func)) (table 1 funcref) (elem (i32.const 0) $f)
        (func $f (export "run") (type $t) (return_call_indirect (type $t) (i32.const 0))))""",
    "exceptions": """(module (tag $e) (func (export "run")
        (loop $again (block $caught (try_table (catch $e $caught) (throw $e))) (br $again))))""",
    "exceptions that a callee throws": """(module (tag $e) (func $f (throw $e)) (func (export "run")
        (loop $again (block $caught (try_table (catch_all $caught) (call $f))) (br $again))))""",
    "growth by nothing": """(module (memory 1) (func (export "run")
        (loop (drop (memory.grow (i32.const 0))) (br 0))))""",
    "growth that fails": """(module (memory 1 2) (table 1 2 funcref) (func (export "run")
        (loop (drop (memory.grow (i32.const 5))) (drop (table.grow (ref.null func) (i32.const 5))) (br 0))))""",
    "filling a memory": """(module (memory 100) (func (export "run")
        (loop (memory.fill (i32.const 0) (i32.const 1) (i32.const 6553600)) (br 0))))""",
    "copying a memory": """(module (memory 100) (func (export "run")
        (loop (memory.copy (i32.const 0) (i32.const 1) (i32.const 6553599)) (br 0))))""",
    "filling a table": """(module (table 100000 funcref) (func (export "run")
        (loop (table.fill (i32.const 0) (ref.null func) (i32.const 100000)) (br 0))))""",
    "a chain of loops": "(module"
    + "".join(f"(func $f{n} (loop (call $f{n + 1}) (br 0)))" for n in range(50))
    + '(func $f50) (func (export "run") (call $f0)))',
}

#: Guests that end in a loop which nothing but the engine's compiler connects with an earlier look at the deadline.
SECOND_LOOPS = {
    "a loop in a loop": '(module (func (export "run") (loop $again (block (loop (br 0))) (br $again))))',
    "a loop after a loop": """(module (func (export "run") (local i32)
        (loop (br_if 0 (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 10))))
        (loop (br 0))))""",
    "a loop that reads": """(module (memory 1) (func (export "run")
        (loop $again (block (loop (br_if 0 (i32.eqz (i32.load (i32.const 0)))))) (br $again))))""",
    "a loop that catches everything": """(module (func (export "run")
        (loop $again (block $caught (try_table (catch_all $caught) (loop (br 0)))) (br $again))))""",
}

REASONS = {"fuel": TrapCode.OUT_OF_FUEL, "timeout": TrapCode.INTERRUPT, "cpu_seconds": TrapCode.INTERRUPT}
LIMITS: dict[str, Any] = {"fuel": 3_000_000, "timeout": 0.2, "cpu_seconds": 0.2}
#: A guest that ends later has not been stopped.
LONG = 20.0


def limited(wasm: Driver, limit: str) -> Driver:
    return wasm.limited(**{limit: LIMITS[limit]})


def compiled(wasm: Driver, source: str) -> Any:
    """The module; skips the test if the engine lacks a proposal that the module uses."""
    if not wasm.validate(bytes(wat2wasm(source))):
        pytest.skip("the engine lacks a proposal")
    return wasm.compile(source)


def reason(wasm: Driver, work: Any, *args: Any) -> TrapCode | None:
    """Why the guest was ended, soon."""
    start = time.monotonic()
    with pytest.raises(wasm.trap) as caught:
        work(*args)
    assert time.monotonic() - start < LONG
    return wasm.code(caught.value)


@pytest.mark.parametrize("limit", REASONS)
@pytest.mark.parametrize("case", ENDLESS)
def test_what_does_not_end_is_stopped(wasm: Driver, case: str, limit: str) -> None:
    guests = limited(wasm, limit)
    host = {"host": guests.func([], [], lambda: None)}
    instance = guests.instantiate(compiled(guests, ENDLESS[case]), host if "host" in case else {})
    assert reason(guests, guests.call, guests.export(instance, "run")) is REASONS[limit]
    anywasm.limits().apply_to(instance)


@pytest.mark.parametrize("case", SECOND_LOOPS)
def test_every_loop_looks_at_the_deadline(wasm: Driver, case: str) -> None:
    """The word of the deadline must be read anew in each turn, although no code of the guest writes it."""
    # The fuel ends the guest if the deadline does not.
    guests = wasm.limited(timeout=0.2, fuel=30_000_000_000)
    instance = guests.instantiate(compiled(guests, SECOND_LOOPS[case]))
    assert reason(guests, guests.call, guests.export(instance, "run")) is TrapCode.INTERRUPT


@pytest.mark.parametrize("limit", REASONS)
@pytest.mark.parametrize("case", ["a loop", "a switch", "recursion that doubles", "filling a memory"])
def test_a_start_function_that_does_not_end_is_stopped(wasm: Driver, case: str, limit: str) -> None:
    guests = limited(wasm, limit)
    source = ENDLESS[case].replace('(export "run")', "$run")[:-1] + "(start $run))"
    module = compiled(guests, source)
    assert reason(guests, guests.instantiate, module) is REASONS[limit]


@pytest.mark.parametrize("limit", REASONS)
def test_a_loop_in_a_call_by_a_host_function_is_stopped(wasm: Driver, limit: str) -> None:
    """Catching the trap does not give the outer guest more."""
    guests = limited(wasm, limit)
    seen: list[TrapCode | None] = []

    def host() -> None:
        # Without this, a failure would take long. A loop that calls looks at the fuel from time to time.
        assert len(seen) < (5000 if limit == "fuel" else 20)
        seen.append(reason(guests, guests.call, guests.export(instance, "inner")))

    source = """(module (import "env" "host" (func $host)) (func (export "inner") (loop (br 0)))
        (func (export "run") (loop (call $host) (br 0))))"""
    instance = guests.instantiate(guests.compile(source), {"host": guests.func([], [], host)})
    assert reason(guests, guests.call, guests.export(instance, "run")) is REASONS[limit]
    assert set(seen) == {REASONS[limit]}


@pytest.mark.parametrize("more", [{}, {"fuel": 10**15}], ids=["time", "time and fuel"])
def test_a_loop_whose_host_calls_take_time_is_stopped(wasm: Driver, more: dict[str, Any]) -> None:
    """The time of host functions counts, and the loop does nothing but call one."""
    guests = wasm.limited(timeout=0.3, **more)
    calls = []

    def host() -> None:
        # Without this, a failure would take long.
        assert len(calls) < 150
        calls.append(time.sleep(0.01))

    source = '(module (import "env" "host" (func $host)) (func (export "run") (loop (call $host) (br 0))))'
    with pytest.raises(wasm.trap) as caught:
        guests.run(source, "run", imports={"host": guests.func([], [], host)})
    assert guests.code(caught.value) is TrapCode.INTERRUPT


RECURSIVE = {
    "one function": '(module (func $f (export "run") (call $f)))',
    "a function with a result": """(module (func $f (export "run") (result i32)
        (i32.add (call $f) (i32.const 1))))""",
    "two functions": '(module (func $f (export "run") (call $g)) (func $g (call $f)))',
    "functions of a table": """(module (type $t (func)) (table 2 funcref) (elem (i32.const 0) $f $g)
        (func $f (export "run") (call_indirect (type $t) (i32.const 1)))
        (func $g (call_indirect (type $t) (i32.const 0))))""",
}


@pytest.mark.parametrize("case", RECURSIVE)
def test_recursion_ends_with_the_stack_or_the_fuel(wasm: Driver, case: str) -> None:
    """Which of both is used up first depends on the limit only, and never ends the process."""
    for fuel, code in ((10**12, TrapCode.STACK_OVERFLOW), (500, TrapCode.OUT_OF_FUEL)):
        guests = wasm.limited(fuel=fuel, timeout=60)
        instance = guests.instantiate(guests.compile(RECURSIVE[case]))
        for _ in range(2):
            assert reason(guests, guests.call, guests.export(instance, "run")) is code


BOMBS = """(module (memory (export "m") 1) (table (export "t") 0 funcref)
    (func (export "memory") (result i32)
      (loop (br_if 0 (i32.ne (memory.grow (i32.const 16)) (i32.const -1)))) (memory.size))
    (func (export "table") (result i32)
      (loop (br_if 0 (i32.ne (table.grow (ref.null func) (i32.const 1000)) (i32.const -1)))) (table.size)))"""


def test_bombs_grow_to_their_limits(wasm: Driver) -> None:
    guests = wasm.limited(memory="8MiB", table_elements=12_345)
    instance = guests.instantiate(guests.compile(BOMBS))
    assert guests.call(guests.export(instance, "memory")) == 113
    assert guests.call(guests.export(instance, "table")) == 12_000
    assert guests.pages(guests.export(instance, "m")) == 113
    assert guests.table_size(guests.export(instance, "t")) == 12_000


@pytest.mark.parametrize("limit", ["fuel", "timeout"])
def test_bombs_with_little_fuel_or_time_end_too(wasm: Driver, limit: str) -> None:
    """A growth beyond the limits still costs something."""
    for grow in ("(memory.grow (i32.const 1))", "(table.grow (ref.null func) (i32.const 1))"):
        guests = wasm.limited(**{limit: LIMITS[limit]}, memory="1MiB", table_elements=1000)
        source = f'(module (memory 1) (table 1 funcref) (func (export "run") (loop (drop {grow}) (br 0))))'
        instance = guests.instantiate(guests.compile(source))
        assert reason(guests, guests.call, guests.export(instance, "run")) is REASONS[limit]


def chain(count: int) -> bytes:
    """Functions that each call the next one. The first is exported as `run`."""
    calls = (b"\x10" + bombs.number(index + 1) for index in range(count - 1))
    bodies = b"".join(map(bombs.body, calls)) + bombs.body(b"\x03\x40\x0c\0\x0b")
    export = bombs.section(7, b"\1\3run\0\0")
    return bombs.module(functions=count, bodies=bodies, more=export)


@pytest.mark.parametrize("count", [10_000, pytest.param(100_000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("limit", ["fuel", "timeout"])
def test_a_long_chain_of_functions_is_stopped(wasm: Driver, limit: str, count: int) -> None:
    """Metering walks along the chain without recursion. The guest may use up its stack before its fuel."""
    guests = wasm.limited(**{limit: 100_000 if limit == "fuel" else 2})
    instance = guests.instantiate(guests.compile(chain(count)))
    ended = reason(guests, guests.call, guests.export(instance, "run"))
    assert ended in (REASONS[limit], TrapCode.STACK_OVERFLOW)
