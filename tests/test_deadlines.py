"""Many deadlines at once, in several threads and in forked processes, and what stopped guests leave behind."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

import anywasm
import children
from anywasm.core import TrapCode
from anywasm.wasmtime import wat2wasm
from conftest import known_fault
from drivers import Driver

GUEST = '(module (memory 1) (func (export "loop") (loop (br 0))) (func (export "five") (result i32) (i32.const 5)))'


def in_threads(count: int, work: Any) -> None:
    errors: list[BaseException] = []

    def run(number: int) -> None:
        try:
            work(number)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def test_each_of_many_stores_ends_at_its_own_deadline(wasm: Driver, request: pytest.FixtureRequest) -> None:
    """Two threads run a hundred stores, one after the other. Each store's time begins when its call begins."""
    engine = request.node.callspec.params["wasm"][0]
    seconds = [0.01 + (index * 37 % 50) * 0.001 for index in range(100)]
    lasted: dict[int, float] = {}

    def work(number: int) -> None:
        with anywasm.use_engine(engine):
            first = wasm.limited(timeout=60)
            module = first.compile(GUEST)
            for index in range(number, 100, 2):
                instance = first.instantiate(module)
                anywasm.limits(timeout=seconds[index]).apply_to(instance)
                start = time.monotonic()
                with pytest.raises(wasm.trap) as caught:
                    first.call(first.export(instance, "loop"))
                lasted[index] = time.monotonic() - start
                assert first.code(caught.value) is TrapCode.INTERRUPT
                # Another deadline follows in the same store, which must not end because of this one.
                anywasm.limits(timeout=60).apply_to(instance)
                assert first.call(first.export(instance, "five")) == 5

    in_threads(2, work)
    assert len(lasted) == 100
    for index, duration in lasted.items():
        assert seconds[index] * 0.8 - 0.005 < duration < seconds[index] + 10


def test_deadlines_that_all_run_at_once(wasm: Driver) -> None:
    """A hundred stores have deadlines far apart. Those that are over end their guests, and no others."""
    stores = []
    for index in range(100):
        limited = wasm.limited(timeout=0.3 if index % 2 else 60)
        stores.append((limited, limited.instantiate(limited.compile(GUEST))))
    time.sleep(0.6)
    for index, (limited, instance) in enumerate(stores):
        if index % 2:
            with pytest.raises(wasm.trap) as caught:
                limited.call(limited.export(instance, "loop"))
            assert limited.code(caught.value) is TrapCode.INTERRUPT
        else:
            assert limited.call(limited.export(instance, "five")) == 5


def test_an_earlier_deadline_is_seen_while_a_later_one_is_waited_for(
    wasm: Driver, request: pytest.FixtureRequest
) -> None:
    engine = request.node.callspec.params["wasm"][0]
    ended: dict[int, float] = {}
    start = time.monotonic()

    def work(number: int) -> None:
        with anywasm.use_engine(engine):
            time.sleep(0.2 * number)
            # The second thread's deadline is the earlier one, and is set later.
            limited = wasm.limited(timeout=(1.5, 0.2)[number])
            instance = limited.instantiate(limited.compile(GUEST))
            with pytest.raises(wasm.trap):
                limited.call(limited.export(instance, "loop"))
            ended[number] = time.monotonic() - start

    in_threads(2, work)
    assert ended[1] < ended[0]


def test_processor_time_of_other_threads_does_not_count(wasm: Driver, request: pytest.FixtureRequest) -> None:
    engine = request.node.callspec.params["wasm"][0]
    stop = threading.Event()

    def burn() -> None:
        while not stop.is_set():
            sum(range(1000))

    thread = threading.Thread(target=burn)
    thread.start()
    try:
        with anywasm.use_engine(engine):
            limited = wasm.limited(cpu_seconds=0.3)
            instance = limited.instantiate(limited.compile(GUEST))
            start = time.thread_time()
            with pytest.raises(wasm.trap) as caught:
                limited.call(limited.export(instance, "loop"))
            assert limited.code(caught.value) is TrapCode.INTERRUPT
            assert time.thread_time() - start > 0.2
    finally:
        stop.set()
        thread.join()


SLEEPER = """(module (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (func (export "run") (result i32)
      ;; A clock, for twenty seconds.
      (i32.store (i32.const 16) (i32.const 1)) (i64.store (i32.const 24) (i64.const 20000000000))
      (call $poll (i32.const 0) (i32.const 100) (i32.const 1) (i32.const 200))))"""


def test_a_wasi_guest_that_sleeps_ends_at_its_deadline(wasm: Driver) -> None:
    limited = wasm.limited(timeout=0.3)
    instance = limited.instantiate_wasi(limited.compile(SLEEPER))
    start = time.monotonic()
    with pytest.raises(wasm.trap) as caught:
        limited.call(limited.export(instance, "run"))
    assert limited.code(caught.value) is TrapCode.INTERRUPT
    assert time.monotonic() - start < 15


WAITER = """
    import sys
    import anywasm
    from drivers import STYLES
    options = {"shared_memory": True} if sys.argv[2] == "shared" else {}
    wasm = STYLES[sys.argv[1]](anywasm.limits(timeout=0.3), **options)
    module = wasm.compile('''(module (memory 1 1 shared) (func (export "run")
        (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))))''')
    try:
        wasm.call(wasm.export(wasm.instantiate(module), "run"))
    except anywasm.CapabilityError:
        print("refused")
    except wasm.trap as trap:
        print(wasm.code(trap).name)
"""


def test_a_guest_that_waits_for_another_thread_ends_at_its_deadline(
    wasm: Driver, request: pytest.FixtureRequest
) -> None:
    engine, style = request.node.callspec.params["wasm"]
    known_fault(request, "nothing ends an instruction that waits", ["wasmtime", "wasmer"])
    shared = "shared_memory" in next(info.capabilities for info in anywasm.engines() if info.name == engine)
    if not shared and not wasm.validate(bytes(wat2wasm("(module (memory 1 1 shared))"))):
        pytest.skip("the engine lacks a proposal")
    ended = children.ended(engine, WAITER, style, "shared" if shared else "", timeout=8)
    assert ended.stdout in ("INTERRUPT\n", "refused\n"), ended.stderr


FORKS = """
    import os, sys, time
    import anywasm
    from anywasm_conformance.mortal import mortal
    from drivers import STYLES
    GUEST = '''(module (func (export "loop") (loop (br 0))) (func (export "five") (result i32) (i32.const 5)))'''
    style = STYLES[sys.argv[1]]
    def stopped(wasm, instance):
        start = time.monotonic()
        try:
            wasm.call(wasm.export(instance, "loop"))
        except wasm.trap as trap:
            assert wasm.code(trap).name == "INTERRUPT", trap
            return time.monotonic() - start < 20
        return False
    def new(**limits):
        wasm = style(anywasm.limits(**limits))
        return wasm, wasm.instantiate(wasm.compile(GUEST))
    before, used = new(timeout=60), new(timeout=0.1)
    assert stopped(*used)
    def child(work):
        follow = mortal()
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                follow()
                status = 0 if work() else 2
            finally:
                os._exit(status)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    def old_store():
        assert before[0].call(before[0].export(before[1], "five")) == 5
        anywasm.limits(timeout=0.2).apply_to(before[1])
        return stopped(*before)
    def processor_time():
        anywasm.limits(cpu_seconds=0.2).apply_to(before[1])
        return stopped(*before)
    for work in (old_store, processor_time, lambda: stopped(*new(timeout=0.2)), lambda: stopped(*new(cpu_seconds=0.2))):
        child(work)
    child(lambda: child(lambda: stopped(*new(timeout=0.2))) is None)
    # A deadline that the parent has set is over in the child, too.
    anywasm.limits(timeout=0.4).apply_to(before[1])
    child(lambda: stopped(*before))
    assert stopped(*before)
    assert stopped(*new(timeout=0.1))
    print("ok")
"""


def test_deadlines_in_forked_processes(wasm: Driver, request: pytest.FixtureRequest) -> None:
    engine, style = request.node.callspec.params["wasm"]
    assert children.run(engine, FORKS, style) == "ok\n"


LEAKS = """
    import gc, sys, threading
    sys.path.insert(0, sys.argv[2])
    import anywasm
    from drivers import STYLES
    from measuring import own_memory
    GUEST = '''(module (memory 1) (func (export "loop") (loop (br 0))))'''
    style = STYLES[sys.argv[1]]
    limits = {"timeout": 0.002, "cpu_seconds": 0.002, "fuel": 10000}
    first = style(anywasm.limits(timeout=1, fuel=1))
    def threads():
        with open("/proc/self/status") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("Threads:"))
    def rounds(count):
        for number in range(count):
            name = list(limits)[number % 3]
            wasm = style(anywasm.limits(**{name: limits[name]}))
            instance = None
            try:
                instance = wasm.instantiate(wasm.compile(GUEST))
                wasm.call(wasm.export(instance, "loop"))
            except wasm.trap:
                pass
            else:
                raise AssertionError("not stopped")
            wasm.close()
        gc.collect()
    rounds(300)
    before, running = own_memory(), threads()
    rounds(1000)
    print(own_memory() - before, threads() - running)
"""


@pytest.mark.slow
def test_a_thousand_stopped_guests_leave_nothing_behind(wasm: Driver, request: pytest.FixtureRequest) -> None:
    engine, style = request.node.callspec.params["wasm"]
    memory, threads = map(int, children.run(engine, LEAKS, style, str(children.TESTS / "soak")).split())
    # A kilobyte for each guest would be a megabyte.
    assert memory < 1_000_000
    assert threads <= 2
