"""What is made for a use does not stay: code of dropped modules, references to functions, memories of unused stores."""

from __future__ import annotations

import gc
import weakref

import pytest

import children
from anywasm.wasmtime import Engine, Func, FuncType, Instance, Module, Store
from drivers import Driver

#: More than the 10,000 instances that wasmtime allows in a store by default.
MANY = 10_100


@pytest.mark.needs("funcref")
def test_a_function_becomes_a_reference_any_number_of_times(wasm: Driver) -> None:
    source = """(module (table (export "t") 2 funcref)
        (func $one (export "one") (result i32) (i32.const 1))
        (func (export "put") (param i32 funcref) (table.set (local.get 0) (local.get 1)))
        (func (export "call") (param i32) (result i32) (call_indirect (result i32) (local.get 0))))"""
    instance = wasm.instantiate(wasm.compile(source))
    put, call, host = wasm.export(instance, "put"), wasm.export(instance, "call"), wasm.func([], ["i32"], lambda: 7)
    for number in range(MANY):
        if number % 10 == 0:
            # Each look-up makes another object for the same function.
            wasm.call(put, 0, wasm.export(instance, "one"))
        wasm.call(put, 1, host)
    assert (wasm.call(call, 0), wasm.call(call, 1)) == (1, 7)


@pytest.mark.needs("funcref")
def test_functions_keep_their_references_apart(wasm: Driver) -> None:
    source = """(module (table (export "t") 4 funcref) (func (export "a") (result i32) (i32.const 1))
        (func (export "b") (result i32) (i32.const 2))
        (func (export "put") (param i32 funcref) (table.set (local.get 0) (local.get 1)))
        (func (export "call") (param i32) (result i32) (call_indirect (result i32) (local.get 0))))"""
    instance = wasm.instantiate(wasm.compile(source))
    funcs = [wasm.export(instance, "a"), wasm.export(instance, "b"), wasm.func([], ["i32"], lambda: 3)]
    for index, func in enumerate(funcs * 2):
        wasm.call(wasm.export(instance, "put"), index % 3, func)
    assert [wasm.call(wasm.export(instance, "call"), index) for index in range(3)] == [1, 2, 3]


def test_any_number_of_instances_share_a_memory(wasm: Driver) -> None:
    owner = wasm.instantiate(wasm.compile('(module (memory (export "m") 1))'))
    module = wasm.compile(
        '(module (import "env" "m" (memory 1)) (func (export "f") (result i32) (i32.load (i32.const 8))))'
    )
    memory = wasm.export(owner, "m")
    for number in range(MANY):
        instance = wasm.instantiate(module, {"m": memory})
        if number % 1000 == 0:
            wasm.write(memory, 8, bytes([number // 1000]))
            assert wasm.call(wasm.export(instance, "f")) == number // 1000


def test_modules_of_old_and_new_engine_objects_work_together(on_engine: str) -> None:
    """An engine that keeps the code of dropped modules gets a new engine object after some hundred modules."""
    engine = Engine()

    def module(value: int) -> Module:
        return Module(engine, f'(module (func (export "f") (result i32) (i32.const {value})))')

    def result(store: Store, module: Module) -> int:
        return int(Instance(store, module, []).exports(store)["f"](store))

    old_module, old_store = module(-1), Store(engine)
    old_function = Instance(old_store, old_module, []).exports(old_store)["f"]
    for number in range(900):
        new_module, new_store = module(number), Store(engine)
        assert result(new_store, new_module) == number
        if number % 100 == 0:
            assert result(new_store, old_module) == result(old_store, old_module) == old_function(old_store) == -1
            assert result(old_store, new_module) == number
    del old_module
    gc.collect()
    assert old_function(old_store) == -1


@pytest.mark.needs("funcref")
def test_functions_of_different_modules_call_each_other_through_a_table(wasm: Driver) -> None:
    """Each module may have an engine object of its own, which must not show in the types of functions."""
    owner = wasm.instantiate(wasm.compile('(module (table (export "t") 2 funcref))'))
    table = wasm.export(owner, "t")
    imports = '(import "env" "t" (table $t 2 funcref))'
    source = f"(module {imports} (func $f (param i64) (result f32) (f32.const 2.5)) (elem (i32.const 1) $f))"
    wasm.instantiate(wasm.compile(source), {"t": table})
    source = f"""(module {imports} (type $f (func (param i64) (result f32))) (type $other (func (param i32)))
        (func (export "call") (result f32) (call_indirect $t (type $f) (i64.const 1) (i32.const 1)))
        (func (export "wrong") (call_indirect $t (type $other) (i32.const 1) (i32.const 1))))"""
    caller = wasm.instantiate(wasm.compile(source), {"t": table})
    assert wasm.call(wasm.export(caller, "call")) == 2.5
    with pytest.raises(wasm.trap, match="indirect call type mismatch"):
        wasm.call(wasm.export(caller, "wrong"))


def test_unused_stores_with_large_memories_are_collected(on_engine: str) -> None:
    engine = Engine()
    source = '(module (import "" "h" (func $h)) (memory 512) (func (export "f") (call $h)))'
    module, ty, stores = Module(engine, source), FuncType([], []), []

    def make_cycle() -> None:
        store = Store(engine)
        stores.append(weakref.ref(store))
        # The host function refers to the instance that imports it.
        instance = Instance(store, module, [Func(store, ty, lambda: instance and None)])
        instance.exports(store)["f"](store)

    threshold = gc.get_threshold()
    gc.collect()
    try:
        gc.set_threshold(1_000_000)
        for _ in range(40):
            make_cycle()
            assert sum(store() is not None for store in stores) <= 20
    finally:
        gc.set_threshold(*threshold)


@pytest.mark.slow
def test_the_mappings_of_the_process_do_not_run_out(engine: str) -> None:
    """Each memory takes mappings, of which the system allows a process only some."""
    code = """
        import sys
        import anywasm
        from anywasm.wasmtime import Engine, Instance, Module, Store, WasmtimeError
        most = next(info for info in anywasm.engines() if info.name == sys.argv[1]).limits["memories"]
        engine = Engine()
        module = Module(engine, '(module (memory 1) (func (export "f") (result i32) (i32.const 7)))')
        kept = []
        def make():
            store = Store(engine)
            kept.append((store, Instance(store, module, []).exports(store)["f"]))
        if most is None or most > 100_000:
            print("no limit")
        else:
            try:
                while len(kept) <= most:
                    make()
            except MemoryError as error:
                print(error)
            except WasmtimeError as error:
                # The address space has ended first.
                assert "Cannot allocate memory" in str(error), error
                print("there is no room")
            store, f = kept[-1]
            assert f(store) == 7
            del kept[: len(kept) // 2]
            make()
    """
    printed = children.run(engine, code, engine, timeout=600)
    assert printed == "no limit\n" or printed.startswith("there is no room")


def test_a_lack_of_memory_collects_unused_stores(engine: str) -> None:
    code = """
        import gc, os, resource, time
        from anywasm.wasmtime import *
        engine = Engine()
        module = Module(engine, '(module (import "" "h" (func $h)) (memory 1) (func (export "f") (call $h)))')
        ty = FuncType([], [])
        def make_cycle():
            store = Store(engine)
            memory = Memory(store, MemoryType(Limits(1, None)))
            instance = Instance(store, module, [Func(store, ty, lambda: (instance, memory) and None)])
            instance.exports(store)["f"](store)
        make_cycle()
        # glibc ends the process if a thread that still starts or ends cannot have its thread-local variables. The
        # threads of the compilation must not do so when there is no memory.
        unchanged, count = 0, 0
        while unchanged < 20:
            time.sleep(0.02)
            before, count = count, len(os.listdir("/proc/self/task"))
            unchanged = unchanged + 1 if count == before else 0
        gc.set_threshold(1_000_000)
        in_use = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (in_use + (40 << 30), -1))
        for _ in range(60):
            make_cycle()
        print("done")
    """
    assert children.run(engine, code) == "done\n"
