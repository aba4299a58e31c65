"""Nothing is leaked, and nothing dies too early."""

from __future__ import annotations

import gc

import pytest

import children
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
                    instance._core.export(0)(store)
                except Trap:
                    pass
                instance._core.export(1).value(store)
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
    import anywasm
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
    import anywasm
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
