"""Fuel, deadlines and limits: what stops a guest."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

import anywasm
from anywasm.wasmtime import (
    Config,
    Engine,
    Func,
    FuncType,
    Instance,
    Limits,
    Memory,
    MemoryType,
    Module,
    Store,
    StoreContext,
    Table,
    TableType,
    Trap,
    TrapCode,
    ValType,
    WasmtimeError,
)

GUEST = """(module (memory (export "m") 1) (table (export "t") 1 funcref)
    (func (export "loop") (loop (br 0)))
    (func (export "nothing"))
    (func (export "bomb") (result i32) (local i32)
      (loop (if (i32.eq (memory.grow (i32.const 16)) (i32.const -1)) (then (return (memory.size))))
            (br 0)) unreachable)
    (func (export "table_bomb") (result i32)
      (loop (if (i32.eq (table.grow (ref.null func) (i32.const 1000)) (i32.const -1)) (then (return (table.size))))
            (br 0)) unreachable))"""


def make(**options: bool) -> tuple[Store, Any]:
    config = Config()
    for name, value in options.items():
        setattr(config, name, value)
    store = Store(Engine(config))
    return store, Module(store.engine, GUEST)


@pytest.mark.needs("fuel")
def test_fuel_stops_a_loop(on_engine: str) -> None:
    store, module = make(consume_fuel=True)
    exports = Instance(store, module, []).exports(store)
    assert store.get_fuel() == 0
    with pytest.raises(Trap, match="all fuel consumed by WebAssembly") as caught:
        exports["nothing"](store)
    assert caught.value.trap_code is TrapCode.OUT_OF_FUEL
    store.set_fuel(100_000)
    exports["nothing"](store)
    assert 99_000 < store.get_fuel() < 100_000
    with pytest.raises(Trap) as caught:
        exports["loop"](store)
    assert caught.value.trap_code is TrapCode.OUT_OF_FUEL
    assert store.get_fuel() == 0
    store.set_fuel(-1)
    assert store.get_fuel() == 2**64 - 1


@pytest.mark.needs("fuel")
def test_fuel_that_is_not_configured(on_engine: str) -> None:
    store = Store()
    for use in (lambda: store.set_fuel(1), store.get_fuel):
        with pytest.raises(WasmtimeError, match=r"^fuel is not configured in this store$"):
            use()
    with pytest.raises(TypeError):
        store.set_fuel("1")  # type: ignore[arg-type]


@pytest.mark.needs("epoch")
def test_a_deadline_stops_a_loop_from_another_thread(on_engine: str) -> None:
    store, module = make(epoch_interruption=True)
    store.set_epoch_deadline(3)
    exports = Instance(store, module, []).exports(store)

    def increment() -> None:
        for _ in range(3):
            time.sleep(0.05)
            store.engine.increment_epoch()

    thread = threading.Thread(target=increment)
    start = time.monotonic()
    thread.start()
    with pytest.raises(Trap, match="wasm trap: interrupt") as caught:
        exports["loop"](store)
    assert 0.14 < time.monotonic() - start < 10
    thread.join()
    assert caught.value.trap_code is TrapCode.INTERRUPT
    if "frames" in store.engine.capabilities:
        assert [frame.func_index for frame in caught.value.frames] == [0]
    with pytest.raises(Trap):
        exports["nothing"](store)
    store.set_epoch_deadline(1)
    exports["nothing"](store)


@pytest.mark.needs("epoch")
def test_deadlines_are_counted_in_the_host_s_epochs_only(on_engine: str) -> None:
    """The engine's own epoch runs on, for signals; a deadline is not reached by that."""
    store, module = make(epoch_interruption=True)
    exports = Instance(store, module, []).exports(store)
    with pytest.raises(Trap):
        exports["nothing"](store)
    store.set_epoch_deadline(1)
    time.sleep(0.5)
    exports["nothing"](store)
    store.set_epoch_deadline(2**64 - 1)
    store.engine.increment_epoch()
    exports["nothing"](store)
    store.set_epoch_deadline(0)
    with pytest.raises(Trap):
        exports["nothing"](store)


@pytest.mark.needs("epoch")
def test_each_store_has_a_deadline_of_its_own(on_engine: str) -> None:
    first, module = make(epoch_interruption=True)
    second = Store(first.engine)
    first.set_epoch_deadline(1)
    second.set_epoch_deadline(2)
    calls = [(store, Instance(store, module, []).exports(store)["nothing"]) for store in (first, second)]
    first.engine.increment_epoch()
    with pytest.raises(Trap):
        calls[0][1](first)
    calls[1][1](second)
    first.engine.increment_epoch()
    with pytest.raises(Trap):
        calls[1][1](second)


@pytest.mark.needs("epoch")
def test_a_deadline_in_a_call_nested_through_the_host(on_engine: str) -> None:
    store, module = make(epoch_interruption=True)
    store.set_epoch_deadline(1)
    inner = Instance(store, module, []).exports(store)["loop"]
    seen = []

    def host() -> None:
        store.engine.increment_epoch()
        try:
            inner(store)
        except Trap as trap:
            seen.append(trap)
            store.set_epoch_deadline(10)

    source = '(module (import "" "h" (func $h)) (func (export "run") (result i32) (call $h) (i32.const 7)))'
    outer = Instance(store, Module(store.engine, source), [Func(store, FuncType([], []), host)])
    assert outer.exports(store)["run"](store) == 7
    assert seen[0].trap_code is TrapCode.INTERRUPT


@pytest.mark.needs("limits")
def test_bombs_stop_at_the_limits(on_engine: str) -> None:
    store, module = make()
    store.set_limits(memory_size=100 << 16, table_elements=5000)
    exports = Instance(store, module, []).exports(store)
    assert exports["bomb"](store) == 97
    assert exports["table_bomb"](store) == 4001
    with pytest.raises(WasmtimeError, match=r"^failed to grow memory by `4`$"):
        exports["m"].grow(store, 4)
    with pytest.raises(WasmtimeError, match=r"^failed to grow table by `1000`$"):
        exports["t"].grow(store, 1000, None)
    with pytest.raises(WasmtimeError, match=r"^memory minimum size of 101 pages exceeds memory limits$"):
        Memory(store, MemoryType(Limits(101, None)))
    with pytest.raises(WasmtimeError, match=r"^table minimum size of 5001 elements exceeds table limits$"):
        Table(store, TableType(ValType.funcref(), Limits(5001, None)), None)


@pytest.mark.needs("limits")
def test_limits_of_numbers(on_engine: str) -> None:
    store, module = make()
    store.set_limits(instances=2, tables=10, memories=10)
    for _ in range(2):
        Instance(store, module, [])
    with pytest.raises(WasmtimeError, match="resource limit exceeded: instance count too high at 3"):
        Instance(store, module, [])
    store.set_limits(memories=2)
    with pytest.raises(WasmtimeError, match="resource limit exceeded: memory count too high at 3"):
        Instance(store, module, [])
    store.set_limits()
    Instance(store, module, [])


def test_what_an_engine_lacks_is_refused(on_engine: str) -> None:
    store = Store()
    uses = {
        "fuel": [store.get_fuel, lambda: store.set_fuel(1), lambda: make(consume_fuel=True)],
        "epoch": [
            lambda: store.set_epoch_deadline(1),
            store.engine.increment_epoch,
            lambda: make(epoch_interruption=True),
        ],
        "limits": [lambda: store.set_limits(instances=1)],
        "components": [store.set_wasi_http],
    }
    for capability, attempts in uses.items():
        if capability not in store.engine.capabilities:
            for attempt in attempts:
                with pytest.raises(anywasm.CapabilityError, match=f"`{capability}`.*installed engines") as caught:
                    attempt()
                assert caught.value.capability == capability
                assert isinstance(caught.value, WasmtimeError)


def test_a_store_and_its_data(on_engine: str) -> None:
    data = object()
    with Store(data=data) as store:
        assert store.data() is data
        store.gc()
    assert Store(data=0).data() is None
    store.close()
    uses = (
        store.data,
        store.gc,
        store.get_fuel,
        lambda: store.set_fuel(1),
        lambda: store.set_epoch_deadline(1),
        lambda: store.set_limits(instances=1),
    )
    for use in uses:
        with pytest.raises(ValueError, match=r"^already closed$"):
            use()


def test_a_store_context(on_engine: str) -> None:
    store = Store()
    context: Any = StoreContext(store)
    assert Memory(context, MemoryType(Limits(1, None))).size(context) == 1
    context._invalidate()
    with pytest.raises(ValueError, match=r"^caller is no longer valid$"):
        Memory(context, MemoryType(Limits(1, None)))
