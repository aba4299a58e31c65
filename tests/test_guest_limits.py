"""`anywasm.limits`: time, memory and fuel of guests, in every form in which limits can be given."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

import anywasm
from anywasm.core import TrapCode
from anywasm.core.guest_limits import current_limits
from anywasm.wasmtime import Engine, Store, StoreContext
from drivers import Driver

GUEST = """(module (memory (export "m") 1) (table (export "t") 1 funcref)
    (func (export "loop") (loop (br 0)))
    (func (export "five") (result i32) (i32.const 5))
    (func (export "count") (param i32) (result i32)
      (loop (local.set 0 (i32.sub (local.get 0) (i32.const 1))) (br_if 0 (local.get 0))) (local.get 0))
    (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
    (func (export "grow_table") (param i32) (result i32) (table.grow (ref.null func) (local.get 0))))"""

#: More than any test needs, in seconds.
LONG = 60.0


class Guest:
    """An instance of `GUEST`, in a store of its own."""

    def __init__(self, wasm: Driver) -> None:
        self.wasm = wasm
        self.instance = wasm.instantiate(wasm.compile(GUEST))

    def call(self, name: str, *args: Any) -> Any:
        return self.wasm.call(self.wasm.export(self.instance, name), *args)

    def end(self, name: str, *args: Any) -> TrapCode | None:
        """Calls what must trap, and returns the reason."""
        start = time.monotonic()
        with pytest.raises(self.wasm.trap) as caught:
            self.call(name, *args)
        assert time.monotonic() - start < LONG / 2
        return self.wasm.code(caught.value)


@pytest.fixture
def guest(request: pytest.FixtureRequest, wasm: Driver) -> Guest:
    """A guest that can have all limits, and has none yet."""
    return Guest(wasm.limited(timeout=LONG, fuel=10**15))


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        ({"timeout": 0.2}, TrapCode.INTERRUPT),
        ({"cpu_seconds": 0.2}, TrapCode.INTERRUPT),
        ({"fuel": 1_000_000}, TrapCode.OUT_OF_FUEL),
        ({"timeout": LONG, "cpu_seconds": LONG, "fuel": 1_000_000}, TrapCode.OUT_OF_FUEL),
        ({"timeout": LONG, "cpu_seconds": 0.2, "fuel": 10**15}, TrapCode.INTERRUPT),
        ({"timeout": 0.2, "cpu_seconds": LONG, "fuel": 10**15}, TrapCode.INTERRUPT),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, dict) else "",
)
def test_a_loop_ends_at_the_limit_of_its_store(wasm: Driver, limits: dict[str, Any], code: TrapCode) -> None:
    guest = Guest(wasm.limited(**limits))
    assert guest.call("five") == 5
    assert guest.end("loop") is code


def test_time_passes_before_the_limit_is_reached(wasm: Driver) -> None:
    for name in ("timeout", "cpu_seconds"):
        guest = Guest(wasm.limited(**{name: 0.5}))
        start = time.monotonic()
        assert guest.end("loop") is TrapCode.INTERRUPT
        assert time.monotonic() - start > 0.3


def test_memories_and_tables_grow_to_their_limits(wasm: Driver) -> None:
    guest = Guest(wasm.limited(memory=10 << 16, table_elements=100))
    assert guest.call("grow", 9) == 1
    assert guest.call("grow", 1) == -1
    assert guest.call("grow", 0) == 10
    assert guest.call("grow_table", 100) == -1
    assert guest.call("grow_table", 99) == 1
    assert guest.call("grow_table", 1) == -1
    memory = guest.wasm.export(guest.instance, "m")
    with pytest.raises(wasm.error):
        guest.wasm.grow(memory, 1)


def test_the_limits_hold_for_imported_memories_and_tables(wasm: Driver) -> None:
    limited = wasm.limited(memory="128KiB", table_elements=2)
    owner = limited.instantiate(limited.compile(GUEST))
    source = """(module (import "env" "m" (memory 1)) (import "env" "t" (table 1 funcref))
        (func (export "grow") (result i32) (memory.grow (i32.const 1)))
        (func (export "grow_table") (result i32) (table.grow (ref.null func) (i32.const 1))))"""
    imports = {name: limited.export(owner, name) for name in ("m", "t")}
    user = limited.instantiate(limited.compile(source), imports)
    for name in ("grow", "grow_table"):
        assert [limited.call(limited.export(user, name)) for _ in range(2)] == [1, -1]


def test_another_thread_waits_until_the_guest_has_ended(wasm: Driver) -> None:
    guest = Guest(wasm.limited(timeout=0.5))
    seen: list[Any] = []
    thread = threading.Thread(target=lambda: seen.append(guest.end("loop")))
    thread.start()
    time.sleep(0.1)
    anywasm.limits(timeout=LONG).apply_to(guest.instance)
    assert guest.call("five") == 5
    thread.join()
    assert seen == [TrapCode.INTERRUPT]


def test_the_limits_hold_for_what_a_module_begins_with(wasm: Driver) -> None:
    limited = wasm.limited(memory="64KiB", table_elements=10)
    for declared in ("(memory 2)", "(table 11 funcref)"):
        with pytest.raises(wasm.error, match=r"minimum size of .* exceeds"):
            limited.instantiate(limited.compile(f"(module {declared})"))
    limited.instantiate(limited.compile("(module (memory 1) (table 10 funcref))"))


def test_stores_made_in_a_block_have_its_limits(wasm: Driver) -> None:
    with anywasm.limits(fuel=1_000_000, memory="128KiB"):
        inside = Guest(type(wasm)())
    outside = Guest(type(wasm)())
    assert inside.call("grow", 2) == -1
    assert inside.end("loop") is TrapCode.OUT_OF_FUEL
    assert outside.call("grow", 2) == 1


def test_an_inner_block_replaces_the_limits_that_it_gives(wasm: Driver) -> None:
    outer, inner = anywasm.limits(memory="128KiB", fuel=10**15, timeout=LONG), anywasm.limits(fuel=1_000_000)
    with outer:
        with inner:
            both = Guest(type(wasm)())
        after = Guest(type(wasm)())
    assert both.call("grow", 2) == -1
    assert both.end("loop") is TrapCode.OUT_OF_FUEL
    assert after.call("count", 1_000_000) == 0


def test_the_time_of_a_block_begins_with_the_block(wasm: Driver) -> None:
    with anywasm.limits(timeout=0.4):
        time.sleep(0.5)
        guest = Guest(type(wasm)())
    assert guest.end("loop") is TrapCode.INTERRUPT
    assert guest.end("count", 1_000) is TrapCode.INTERRUPT


def test_the_same_limits_can_be_entered_again(wasm: Driver) -> None:
    limits = anywasm.limits(fuel=1_000_000)
    for _ in range(2):
        with limits, limits:
            guest = Guest(type(wasm)())
        assert guest.end("loop") is TrapCode.OUT_OF_FUEL
    assert Guest(type(wasm)()).call("count", 10_000_000) == 0


def test_threads_use_the_same_limits_at_the_same_time(wasm: Driver) -> None:
    limits = anywasm.limits(memory="64KiB")
    entered, left = threading.Event(), threading.Event()
    seen: list[Any] = []

    def work() -> None:
        with limits:
            entered.set()
            assert left.wait(LONG)
            seen.append(current_limits())
        seen.append(current_limits())

    thread = threading.Thread(target=work)
    with limits:
        thread.start()
        assert entered.wait(LONG)
        inside = Guest(type(wasm)())
    # The block of the other thread goes on.
    outside = Guest(type(wasm)())
    left.set()
    thread.join()
    assert (inside.call("grow", 1), outside.call("grow", 1)) == (-1, 1)
    assert repr(seen[0]) == repr(limits)
    assert seen[1] is None is current_limits()


def test_a_block_that_ends_with_an_exception_has_ended(wasm: Driver) -> None:
    with pytest.raises(ZeroDivisionError), anywasm.limits(memory="64KiB"):
        raise ZeroDivisionError
    assert Guest(type(wasm)()).call("grow", 1) == 1


def test_limits_that_begin_anew_with_each_call(guest: Guest) -> None:
    for _ in range(3):
        anywasm.limits(fuel=1_000_000).apply_to(guest.instance)
        assert guest.end("loop") is TrapCode.OUT_OF_FUEL
        anywasm.limits(timeout=0.1).apply_to(guest.instance)
        anywasm.limits(fuel=10**15, timeout=0.1).apply_to(guest.instance)
        assert guest.end("loop") is TrapCode.INTERRUPT
        anywasm.limits(fuel=10**15).apply_to(guest.instance)
        assert guest.call("count", 100_000) == 0


def test_without_new_limits_the_earlier_ones_end(guest: Guest) -> None:
    anywasm.limits(memory="128KiB", table_elements=2).apply_to(guest.instance)
    assert guest.call("grow", 2) == -1
    assert guest.call("grow_table", 2) == -1
    anywasm.limits().apply_to(guest.instance)
    assert guest.call("grow", 2) == 1
    assert guest.call("grow_table", 2) == 1


def test_a_limit_below_the_size_stops_further_growth_only(guest: Guest) -> None:
    assert guest.call("grow", 9) == 1
    anywasm.limits(memory="64KiB", table_elements=0).apply_to(guest.instance)
    assert guest.call("grow", 1) == -1
    assert guest.call("grow_table", 1) == -1
    assert guest.wasm.pages(guest.wasm.export(guest.instance, "m")) == 10


@pytest.mark.parametrize("limit", ["timeout", "cpu_seconds", "fuel"])
def test_a_stopped_store_stays_stopped_until_it_has_new_limits(wasm: Driver, limit: str) -> None:
    guest = Guest(wasm.limited(**{limit: 0.2 if limit != "fuel" else 100_000}))
    code = guest.end("loop")
    for _ in range(3):
        assert guest.end("five") is code
    time.sleep(0.3)
    for _ in range(3):
        assert guest.end("five") is code
    anywasm.limits(**{limit: LONG if limit != "fuel" else 100_000}).apply_to(guest.instance)  # type: ignore[arg-type]
    for _ in range(3):
        assert guest.call("five") == 5


@pytest.mark.parametrize("limit", ["timeout", "cpu_seconds", "fuel"])
def test_nothing_runs_with_a_limit_of_zero(wasm: Driver, limit: str) -> None:
    guest = Guest(wasm.limited(**{limit: 0}))
    for _ in range(3):
        assert guest.end("five") in (TrapCode.INTERRUPT, TrapCode.OUT_OF_FUEL)


def test_very_large_limits_are_no_limits(wasm: Driver) -> None:
    guest = Guest(
        wasm.limited(timeout=1e300, cpu_seconds=float("inf"), memory=10**30, table_elements=10**30, fuel=10**30)
    )
    assert guest.call("grow", 1) == 1
    assert guest.call("grow_table", 1) == 1
    assert guest.call("count", 10_000) == 0


def test_sleeping_counts_as_time_and_not_as_processor_time(wasm: Driver) -> None:
    # The loop is short, and long enough to look at the time.
    source = """(module (import "env" "sleep" (func $sleep)) (func (export "run") (result i32) (local i32)
        (call $sleep) (local.set 0 (i32.const 1000000))
        (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (i32.const 1)))"""

    def run(limited: Driver) -> Any:
        sleep = limited.func([], [], lambda: time.sleep(0.8))
        return limited.run(source, "run", imports={"sleep": sleep})

    assert run(wasm.limited(cpu_seconds=0.6)) == 1
    with pytest.raises(wasm.trap) as caught:
        run(wasm.limited(timeout=0.6))
    assert wasm.code(caught.value) is TrapCode.INTERRUPT


def test_processor_time_of_host_functions_counts(wasm: Driver) -> None:
    limited = wasm.limited(cpu_seconds=0.2)

    def work() -> None:
        end = time.thread_time() + 0.4
        while time.thread_time() < end:
            pass

    source = '(module (import "env" "work" (func $work)) (func (export "run") (call $work) (loop (br 0))))'
    start = time.thread_time()
    with pytest.raises(wasm.trap) as caught:
        limited.run(source, "run", imports={"work": limited.func([], [], work)})
    assert limited.code(caught.value) is TrapCode.INTERRUPT
    assert time.thread_time() - start < 5


def test_processor_time_adds_up_over_calls(wasm: Driver) -> None:
    guest = Guest(wasm.limited(cpu_seconds=0.3))
    # Each call uses far less than the limit, and all together use far more.
    calls = range(20_000)
    with pytest.raises(wasm.trap) as caught:
        any(guest.call("count", 100_000) for _ in calls)
    assert wasm.code(caught.value) is TrapCode.INTERRUPT


def test_limits_say_what_they_are() -> None:
    assert repr(anywasm.limits()) == "anywasm.limits()"
    limits = anywasm.limits(timeout=2, cpu_seconds=0.5, memory="1.5 MB", table_elements=3, fuel=0)
    assert repr(limits) == ("anywasm.limits(timeout=2.0, cpu_seconds=0.5, memory=1500000, table_elements=3, fuel=0)")


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("0", 0),
        ("17", 17),
        ("17B", 17),
        ("2 kB", 2_000),
        ("3MB", 3_000_000),
        ("1GB", 10**9),
        ("1KiB", 1024),
        (" 64MiB ", 64 << 20),
        ("4 GiB", 4 << 30),
        ("0.5KiB", 512),
    ],
)
def test_sizes_as_texts(text: str, size: int) -> None:
    assert anywasm.limits(memory=text).memory == size


@pytest.mark.parametrize("text", ["", "MiB", "-1", "1e3", "1 mib", "64 mebibytes", "1 2", "1,5GB", "0x10", "inf"])
def test_texts_that_are_no_sizes(text: str) -> None:
    with pytest.raises(ValueError, match=r"^`memory` cannot be .*: expected a number and one of B, kB, MB, GB, KiB, "):
        anywasm.limits(memory=text)


@pytest.mark.parametrize("name", ["timeout", "cpu_seconds", "memory", "table_elements", "fuel"])
def test_negative_limits_and_other_types(name: str) -> None:
    with pytest.raises(ValueError, match=rf"^`{name}` cannot be -1: 0 is the least$"):
        anywasm.limits(**{name: -1})  # type: ignore[arg-type]
    for wrong in (True, b"1", [1], object()):
        with pytest.raises(TypeError, match=rf"^`{name}` must be an? .* or None, not {type(wrong).__name__}$"):
            anywasm.limits(**{name: wrong})  # type: ignore[arg-type]
    assert repr(anywasm.limits(**{name: None})) == "anywasm.limits()"  # type: ignore[arg-type]


def test_what_is_no_number() -> None:
    with pytest.raises(ValueError, match=r"^`timeout` cannot be nan: 0 is the least$"):
        anywasm.limits(timeout=float("nan"))
    for name in ("memory", "table_elements", "fuel"):
        with pytest.raises(TypeError, match=rf"^`{name}` must be an int or None, not float$"):
            anywasm.limits(**{name: 1.0})  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"^`timeout` must be a number of seconds or None, not str$"):
        anywasm.limits(timeout="2")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        anywasm.limits(2)  # type: ignore[misc]


def test_what_is_no_store(wasm: Driver) -> None:
    for wrong in (None, 5, "store", wasm.compile(GUEST)):
        with pytest.raises(TypeError, match=rf"^expected a store, .*, not {type(wrong).__name__}$"):
            anywasm.limits().apply_to(wrong)
    for wrong_limits in (5, {"timeout": 1}, "1s"):
        with pytest.raises(TypeError, match=r"^expected anywasm\.limits$"):
            type(wasm)(wrong_limits)  # type: ignore[arg-type]


def test_an_engine_without_the_options_says_what_it_needs(wasm: Driver) -> None:
    guest = Guest(wasm)
    for name in ("timeout", "cpu_seconds"):
        with pytest.raises(anywasm.CapabilityError, match=r"cannot be interrupted: .* the option `interruptible`$"):
            anywasm.limits(**{name: 1}).apply_to(guest.instance)  # type: ignore[arg-type]
    with pytest.raises(wasm.error, match=r"^fuel is not configured in this store$"):
        anywasm.limits(fuel=1).apply_to(guest.instance)
    anywasm.limits(memory="64KiB", table_elements=1).apply_to(guest.instance)
    assert guest.call("grow", 1) == -1


def test_a_given_engine_keeps_its_options(on_engine: str) -> None:
    engine = Engine()
    with pytest.raises(anywasm.CapabilityError, match="the option `interruptible`"):
        Store(engine, limits=anywasm.limits(timeout=1))
    with anywasm.limits(timeout=LONG):
        made_in_block = Engine()
        with pytest.raises(anywasm.CapabilityError, match="the option `interruptible`"):
            Store(engine)
    # The engine can interrupt its guests after the block, too.
    Store(made_in_block, limits=anywasm.limits(timeout=1))


def test_every_object_that_stands_for_a_store(on_engine: str) -> None:
    store = Store(limits=anywasm.limits(fuel=5))
    for each in (store, StoreContext(store)):
        anywasm.limits(fuel=7).apply_to(each)
        assert store.get_fuel() == 7
        store.set_fuel(1)
    store.close()
    with pytest.raises(ValueError, match=r"^already closed$"):
        anywasm.limits(fuel=7).apply_to(store)


def test_a_store_that_runs_a_guest_keeps_its_limits(wasm: Driver) -> None:
    limited = wasm.limited(timeout=LONG, fuel=10**12)
    seen = []

    def change() -> None:
        try:
            anywasm.limits(timeout=0, fuel=0).apply_to(instance)
        except wasm.error as error:
            seen.append(str(error))

    source = '(module (import "env" "change" (func $c)) (func (export "run") (result i32) (call $c) (i32.const 3)))'
    instance = limited.instantiate(limited.compile(source), {"change": limited.func([], [], change)})
    assert limited.call(limited.export(instance, "run")) == 3
    assert len(seen) == 1
