"""Objects may be used from any thread: one at a time in a store, in parallel in different stores."""

from __future__ import annotations

import gc
import os
import sys
import threading
import time
import weakref
from typing import Any

import pytest

import children
from drivers import Driver

COUNTER = """(module (import "env" "f" (func $f (param i32) (result i32))) (memory (export "memory") 1)
    (func (export "bump") (param i32) (local i32)
      (loop $again
        (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1)))
        (br_if $again (i32.lt_u (local.tee 1 (i32.add (local.get 1) (i32.const 1))) (local.get 0)))))
    (func (export "host") (param i32) (result i32) (call $f (local.get 0)))
    (func (export "trap") unreachable))"""


def in_threads(count: int, work: Any) -> None:
    errors: list[BaseException] = []

    def guarded(number: int) -> None:
        try:
            work(number)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors, errors


def test_calls_into_one_store_do_not_mix(wasm: Driver) -> None:
    func = wasm.func(["i32"], ["i32"], lambda x: x + 1)
    instance = wasm.instantiate(wasm.compile(COUNTER), {"f": func})
    bump, host, trap, memory = (wasm.export(instance, name) for name in ("bump", "host", "trap", "memory"))

    def work(number: int) -> None:
        for turn in range(200):
            wasm.call(bump, 100)
            assert wasm.call(host, turn) == turn + 1
            with pytest.raises(wasm.trap, match="unreachable"):
                wasm.call(trap)
            wasm.write(memory, 100 + number, bytes([turn]))
            assert wasm.read(memory, 100 + number, 101 + number) == bytes([turn])

    in_threads(4, work)
    assert int.from_bytes(wasm.read(memory, 0, 4), "little") == 4 * 200 * 100


def test_exceptions_go_to_the_thread_that_called(wasm: Driver) -> None:
    def host(x: int) -> int:
        raise KeyError(x)

    instance = wasm.instantiate(wasm.compile(COUNTER), {"f": wasm.func(["i32"], ["i32"], host)})
    call_host = wasm.export(instance, "host")

    def work(number: int) -> None:
        for turn in range(300):
            value = number * 1000 + turn
            with pytest.raises(KeyError) as caught:
                wasm.call(call_host, value)
            assert caught.value.args == (value,)

    in_threads(4, work)


def test_made_in_one_thread_and_dropped_in_others(wasm: Driver) -> None:
    module = wasm.compile(COUNTER)
    func = wasm.func(["i32"], ["i32"], lambda x: x + 1)
    dropped: list[weakref.ref[Any]] = []

    def work(number: int) -> None:
        for turn in range(50):
            instance = wasm.instantiate(module, {"f": func})
            exports = [wasm.export(instance, name) for name in ("bump", "host", "memory")]
            wasm.call(exports[0], 10)
            assert int.from_bytes(wasm.read(exports[2], 0, 4), "little") == 10
            assert wasm.call(exports[1], turn) == turn + 1
            dropped.extend(weakref.ref(exports[index]) for index in (0, 1))
            dropper = threading.Thread(target=exports.clear)
            del instance
            dropper.start()
            dropper.join()

    in_threads(3, work)
    gc.collect()
    assert len(dropped) == 3 * 50 * 2
    assert not [reference for reference in dropped if reference() is not None]
    # The functions that they shared are still good.
    instance = wasm.instantiate(module, {"f": func})
    assert wasm.call(wasm.export(instance, "host"), 1) == 2


def test_a_dropped_object_does_not_wait_for_the_store(wasm: Driver) -> None:
    entered, leave = threading.Event(), threading.Event()

    def host(x: int) -> int:
        entered.set()
        assert leave.wait(30)
        return x

    instance = wasm.instantiate(wasm.compile(COUNTER), {"f": wasm.func(["i32"], ["i32"], host)})
    call_host, exports = wasm.export(instance, "host"), [wasm.export(instance, "memory")]
    results: list[int] = []
    caller = threading.Thread(target=lambda: results.append(wasm.call(call_host, 1)))
    caller.start()
    assert entered.wait(30)
    # The store is busy until `leave` is set: were the deletion to wait for it, the host function would give up first.
    del instance
    exports.clear()
    gc.collect()
    leave.set()
    caller.join()
    assert results == [1]


def test_the_first_use_from_several_threads(wasm: Driver) -> None:
    sys.setswitchinterval(1e-6)
    try:
        for _ in range(100):
            func, memory = wasm.func(["i32"], ["i32"], lambda x: x + 1), wasm.memory(1)
            barrier = threading.Barrier(4)

            def work(number: int, func: Any = func, memory: Any = memory, barrier: threading.Barrier = barrier) -> None:
                barrier.wait(30)
                assert wasm.call(func, number) == number + 1
                wasm.write(memory, number, bytes([number + 1]))

            in_threads(4, work)
            assert wasm.read(memory, 0, 4) == bytes([1, 2, 3, 4])
    finally:
        sys.setswitchinterval(0.005)


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="needs two cores")
def test_two_stores_run_in_parallel(engine: str) -> None:
    # Not a matter of speed but of whether they run at the same time at all: each waits for the other inside a call.
    code = """
        import threading
        from anywasm.wasmtime import *
        i32 = ValType.i32()
        meet = threading.Barrier(2, timeout=30)
        source = '''(module (import "" "" (func $meet)) (func (export "run") (call $meet)))'''
        def work():
            store = Store()
            func = Func(store, FuncType([], []), lambda: (meet.wait(), None)[1])
            run = Instance(store, Module(store.engine, source), [func]).exports(store)["run"]
            for _ in range(20):
                run(store)
        threads = [threading.Thread(target=work) for _ in range(2)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        print("met" if not meet.broken else "never met")
    """
    assert children.run(engine, code) == "met\n"


def test_python_goes_on_while_wasm_runs(wasm: Driver) -> None:
    instance = wasm.instantiate(wasm.compile(COUNTER), {"f": wasm.func(["i32"], ["i32"], lambda x: x)})
    done = threading.Event()
    ticks = 0

    def work() -> None:
        wasm.call(wasm.export(instance, "bump"), 60_000_000)
        done.set()

    thread = threading.Thread(target=work)
    thread.start()
    while not done.is_set():
        ticks += 1
        time.sleep(0.001)
    thread.join()
    assert ticks > 3
