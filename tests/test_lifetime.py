"""Nothing is leaked, and nothing dies too early."""

from __future__ import annotations

import gc
import os
import sys
import threading
import weakref
from pathlib import Path
from typing import Any

import pytest

import anywasm
import children
from anywasm import core
from anywasm.core import parking
from anywasm.core.store import store as core_store_module
from drivers import Driver

ROUNDS = """
    import gc, resource, sys
    from anywasm import {style}
    from drivers import STYLES
    SOURCE = '''(module (import "env" "f" (func $f (param i32) (result i32))) (memory (export "memory") 4)
        (func (export "run") (param i32) (result i32)
          (i32.store (i32.const 0) (i32.const 1)) (call $f (local.get 0))))'''
    driver_class = STYLES["{driver}"]

    def resident():
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * resource.getpagesize()

    def round():
        driver = driver_class()
        module = driver.compile(SOURCE)
        func = driver.func(["i32"], ["i32"], lambda x: x + 1)
        instance = driver.instantiate(module, {{"f": func}})
        assert driver.call(driver.export(instance, "run"), 1) == 2

    rounds = int(sys.argv[1])
    for _ in range(rounds // 5):
        round()
    gc.collect()
    before = resident()
    for _ in range(rounds):
        round()
    gc.collect()
    print((resident() - before) // 1024)
"""


@pytest.mark.parametrize(("style", "driver"), [("wasmer", "implicit"), ("wasmtime", "explicit")])
@pytest.mark.slow
def test_ten_thousand_rounds_leave_the_memory_flat(engine: str, style: str, driver: str) -> None:
    grown = int(children.run(engine, ROUNDS.format(style=style, driver=driver), "10000", timeout=280))
    assert grown < 5 * 1024, f"{grown} KiB more"


def test_a_million_lookups_and_failures_leave_the_memory_flat(engine: str) -> None:
    code = """
        import resource
        from anywasm.wasmtime import *
        store = Store()
        source = '''(module (func (export "trap") unreachable) (global (export "g") i32 (i32.const 1)))'''
        module = Module(store.engine, source)
        instance = Instance(store, module, [])
        def resident():
            with open("/proc/self/statm") as file:
                return int(file.read().split()[1]) * resource.getpagesize()
        def rounds(count):
            for _ in range(count):
                try:
                    instance._core_object.export(0)(store)
                except Trap:
                    pass
                instance._core_object.export(1).value(store)
        rounds(3000)
        before = resident()
        rounds(30000)
        print((resident() - before) // 1024)
    """
    assert int(children.run(engine, code)) < 5 * 1024


def test_an_export_outlives_its_instance_and_module(wasm: Driver) -> None:
    func = wasm.func(["i32"], ["i32"], lambda x: x + 1)
    source = """(module (import "env" "f" (func $f (param i32) (result i32))) (memory (export "memory") 1)
        (func (export "run") (param i32) (result i32) (call $f (local.get 0))))"""
    instance = wasm.instantiate(wasm.compile(source), {"f": func})
    run = wasm.export(instance, "run")
    del instance, func
    gc.collect()
    assert wasm.call(run, 1) == 2


def test_a_closed_store_says_so(engine: str) -> None:
    from anywasm.wasmtime import Func, FuncType, Instance, Module, Store, WasmtimeError

    with anywasm.use_engine(engine):
        store = Store()
        source = '(module (func (export "f")) (memory (export "m") 1) (global (export "g") i32 (i32.const 1)))'
        exports = Instance(store, Module(store.engine, source), []).exports(store)
        func, memory, a_global = exports["f"], exports["m"], exports["g"]
        func(store)
        store.close()
        store.close()
        for use in (lambda: func(store), lambda: memory.size(store), lambda: a_global.value(store)):
            with pytest.raises((WasmtimeError, ValueError), match="closed"):
                use()

        inner = Store()
        closing = Func(inner, FuncType([], []), inner.close)
        module = Module(inner.engine, '(module (import "" "" (func $f)) (func (export "run") (call $f)))')
        run = Instance(inner, module, [closing]).exports(inner)["run"]
        with pytest.raises(WasmtimeError, match="cannot be closed while it runs"):
            run(inner)
        inner.close()


WRITING = """(module
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1) (data (i32.const 8) "Hello")
    (func (export "run") (i32.store (i32.const 0) (i32.const 8)) (i32.store (i32.const 4) (i32.const 5))
      (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 20)))))"""


class Output(bytearray):
    """A stream that can be referred to weakly."""


def core_store(wasm: Driver, instance: Any) -> core.Store:
    """The store that an instance lives in, in either style."""
    store: core.Store = wasm.export(instance, "run")._core_store
    return store


def test_a_closed_store_releases_its_wasi_context(wasm: Driver, tmp_path: Path) -> None:
    def opened() -> int:
        descriptors = Path("/proc/self/fd")
        return sum(os.path.realpath(descriptors / name) == str(tmp_path) for name in os.listdir(descriptors))

    output = Output()
    directories = [("data", tmp_path, False)]
    instance = wasm.instantiate_wasi(wasm.compile(WRITING), stdout=output, directories=directories)
    run, store = wasm.export(instance, "run"), core_store(wasm, instance)
    wasm.call(run)
    assert output == b"Hello"
    stream = weakref.ref(output)
    del output
    gc.collect()
    assert opened() == 1
    assert stream() is not None
    store._core_close()
    gc.collect()
    assert opened() == 0
    assert stream() is None
    # The store, its instance and its function are still there.
    with pytest.raises((wasm.error, ValueError), match="closed"):
        wasm.call(run)


def test_a_closed_store_releases_what_its_host_functions_refer_to(wasm: Driver) -> None:
    class Witness:
        def __call__(self) -> None:
            """Does nothing."""

    witness = Witness()
    alive = weakref.ref(witness)
    instance = wasm.instantiate(wasm.compile(IMPORTING), {"f": wasm.func([], [], witness)})
    store = core_store(wasm, instance)
    wasm.call(wasm.export(instance, "run"))
    state = store._core_state
    del witness
    store._core_close()
    assert store._core_state is not state
    del state
    gc.collect()
    assert alive() is None
    assert not store._core_state.callables


@pytest.mark.needs("externref")
def test_a_closed_store_releases_the_objects_that_guests_hold(wasm: Driver) -> None:
    source = (
        '(module (table 2 externref) (func (export "run") (param externref) (table.set (i32.const 0) (local.get 0))))'
    )
    instance = wasm.instantiate(wasm.compile(source))
    held = Output()
    alive = weakref.ref(held)
    wasm.call(wasm.export(instance, "run"), held)
    store = core_store(wasm, instance)
    del held
    gc.collect()
    assert alive() is not None
    store._core_close()
    gc.collect()
    assert alive() is None


def test_a_buffer_outlives_the_closing_of_its_store(engine: str) -> None:
    code = """
        from anywasm.wasmtime import *
        for grow in (False, True):
            store = Store()
            memory = Memory(store, MemoryType(Limits(50, 5000)))
            memory.write(store, b"alive", 10)
            buffer = memory.get_buffer_ptr(store)
            if grow:
                memory.grow(store, 3000)
            store.close()
            assert bytes(buffer[10:15]) == b"alive"
            buffer[len(buffer) - 1] = 7
            del buffer, memory, store
        def resident():
            with open("/proc/self/statm") as file:
                return int(file.read().split()[1]) * 4096
        def round():
            store = Store()
            memory = Memory(store, MemoryType(Limits(100, None)))
            memory.write(store, bytes(100 * 65536))
            buffer = memory.get_buffer_ptr(store)
            store.close()
            del memory, store
            assert buffer[0] == 0
        for _ in range(30):
            round()
        before = resident()
        for _ in range(100):
            round()
        print((resident() - before) >> 20)
    """
    assert int(children.run(engine, code)) < 20


def test_objects_of_two_stores_do_not_mix(engine: str) -> None:
    from anywasm.wasmtime import Func, FuncType, Instance, Module, Store, WasmtimeError

    with anywasm.use_engine(engine):
        one = Store()
        two = Store(one.engine)
        func = Func(one, FuncType([], []), lambda: None)
        with pytest.raises(WasmtimeError, match="store"):
            func(two)
        module = Module(two.engine, '(module (import "" "" (func)))')
        with pytest.raises(WasmtimeError, match="cross-`Store`"):
            Instance(two, module, [func])
        with pytest.raises(WasmtimeError, match="cross-`Engine`"):
            Instance(one, Module(Store().engine, "(module)"), [])


IMPORTING = '(module (import "env" "f" (func $f)) (func (export "run") (call $f)))'


class Raised(Exception):
    """Something that can be looked for."""


def living(kind: type[BaseException]) -> int:
    gc.collect()
    return sum(isinstance(each, kind) for each in gc.get_objects())


def running(wasm: Driver, host: Any) -> Any:
    """A guest's function that calls the host's."""
    return wasm.export(wasm.instantiate(wasm.compile(IMPORTING), {"f": wasm.func([], [], host)}), "run")


def depth() -> int:
    frame, count = sys._getframe(), 0
    while frame := frame.f_back:  # type: ignore[assignment]
        count += 1
    return count


@pytest.mark.exhausts_the_stack
def test_exceptions_that_the_end_of_the_stack_leaves_behind_do_not_pile_up(wasm: Driver) -> None:
    run = running(wasm, lambda: wasm.call(run))
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(depth() + 80)
    try:
        for _ in range(100):
            with pytest.raises((RecursionError, wasm.trap)):
                wasm.call(run)
    finally:
        sys.setrecursionlimit(limit)
    # What is kept refers to its context.
    assert living(RecursionError) < 60


@pytest.mark.exhausts_the_stack
@pytest.mark.parametrize("interruption", [MemoryError, KeyboardInterrupt])
def test_exceptions_whose_taking_is_interrupted_do_not_pile_up(
    wasm: Driver, monkeypatch: pytest.MonkeyPatch, interruption: type[BaseException]
) -> None:
    def host() -> None:
        raise Raised

    def interrupted(_: object) -> None:
        raise interruption

    run = running(wasm, host)
    with monkeypatch.context() as patch:
        patch.setattr(core_store_module, "take_failure", interrupted)
        for _ in range(200):
            with pytest.raises(interruption):
                wasm.call(run)
    assert living(Raised) < 20
    with pytest.raises(Raised):
        wasm.call(run)


def test_what_fails_while_an_error_is_taken_does_not_displace_it(wasm: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a finalizer or a signal handler may, which run anywhere."""
    raised: list[Raised] = []
    take = core_store_module.take_failure
    inside = 0

    def host() -> None:
        raised.append(Raised(len(raised)))
        raise raised[-1]

    def disturbed(engine_module: Any) -> Any:
        nonlocal inside
        inside += 1
        if inside < 8:
            fails_with_the_newest()
        else:
            monkeypatch.setattr(core_store_module, "take_failure", take)
            for _ in range(50):
                fails_with_the_newest()
        return take(engine_module)

    def fails_with_the_newest() -> None:
        expected = len(raised)
        with pytest.raises(Raised) as caught:
            wasm.call(run)
        assert caught.value is raised[expected]

    run = running(wasm, host)
    monkeypatch.setattr(core_store_module, "take_failure", disturbed)
    fails_with_the_newest()
    assert inside == 8


def test_an_exception_that_nobody_takes_goes_with_its_store(wasm: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    take = core_store_module.take_failure

    def interrupted(engine_module: Any) -> None:
        take(engine_module)
        raise KeyboardInterrupt

    def leave_behind() -> weakref.ref[core.Store]:
        def host() -> None:
            # The traceback refers to this frame, and so to the store.
            here = instance
            raise Raised(here)

        instance = wasm.instantiate(wasm.compile(IMPORTING), {"f": wasm.func([], [], host)})
        run = wasm.export(instance, "run")
        for _ in range(3):
            with pytest.raises(KeyboardInterrupt):
                wasm.call(run)
        assert living(Raised) == 3
        return weakref.ref(core_store(wasm, instance))

    with monkeypatch.context() as patch:
        patch.setattr(core_store_module, "take_failure", interrupted)
        store = leave_behind()
    # The explicit style's driver holds its store.
    vars(wasm).clear()
    assert living(Raised) == 0
    assert store() is None


def test_the_lot_is_bounded_whatever_parks_in_it() -> None:
    class Left(Exception):
        """Not taken."""

    holders = [parking.ParkedExceptions()]

    def work() -> None:
        for index in range(100):
            parking.park(Left(), holders[0])
            token = parking.park(Left(index))
            if index % 2:
                error = parking.take(token)
                assert isinstance(error, Left)
                assert error.args == (index,)
                assert parking.take(token) is None

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 0 < living(Left) <= 4 * 16
    # Exceptions go with their holder, and what the lot knows of them goes when it is next looked through.
    tokens = list(holders[0])
    assert tokens
    holders.clear()
    assert living(Left) < 4 * 16
    for _ in range(17):
        parking.park(Left())
    assert not set(tokens) & parking._lot.keys()
    assert all(parking.take(token) is None for token in tokens)
    for token in list(parking._lot):
        parking.take(token)
    assert living(Left) == 0


def test_a_call_gets_its_exception_from_a_store_that_was_closed_meanwhile(
    wasm: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As by another thread, between the end of the guest and the taking of the error."""
    take = core_store_module.take_failure

    def host() -> None:
        raise Raised

    def closing(engine_module: Any) -> Any:
        monkeypatch.setattr(core_store_module, "take_failure", take)
        store._core_close()
        return take(engine_module)

    instance = wasm.instantiate(wasm.compile(IMPORTING), {"f": wasm.func([], [], host)})
    run, store = wasm.export(instance, "run"), core_store(wasm, instance)
    monkeypatch.setattr(core_store_module, "take_failure", closing)
    with pytest.raises(Raised):
        wasm.call(run)


def test_threads_that_wait_for_their_errors_get_their_own(wasm: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store is used by one at a time; its exceptions may be waiting for many, who have been in it before."""
    count = 40
    all_failed, turn = threading.Barrier(count), threading.Lock()
    take = core_store_module.take_failure
    mine = threading.local()
    right: list[bool] = []

    def host() -> None:
        mine.raised = Raised()
        raise mine.raised

    def when_all_have_failed(engine_module: Any) -> Any:
        turn.release()
        all_failed.wait(30)
        return take(engine_module)

    def work() -> None:
        turn.acquire()
        try:
            wasm.call(run)
        except Raised as error:
            right.append(error is mine.raised)

    run = running(wasm, host)
    monkeypatch.setattr(core_store_module, "take_failure", when_all_have_failed)
    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert right == [True] * count
