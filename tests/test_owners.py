"""What Python owns in the shim: deleted once, from any thread, in any order, and never too early."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator
from typing import Any

import pytest

import anywasm
import children
from anywasm.core.lazy import lazy
from anywasm.wasmtime import Engine, Func, FuncType, Instance, Module, Store, WasmtimeError

SOURCE = '(module (import "" "" (func)) (memory (export "memory") 1) (func (export "f") (result i32) (i32.const 7)))'


@pytest.fixture
def engine_module(engine: str) -> Iterator[Any]:
    with anywasm.use_engine(engine) as found:
        yield found


def test_owners_of_one_store_go_in_any_order_on_any_thread(engine: str) -> None:
    code = """
        import itertools, resource, threading
        from anywasm.wasmtime import *
        from anywasm.engines import default_engine

        engine_module, engine = default_engine(), Engine()
        module = Module(engine, '''%s''')

        holder, signature = object(), object()
        def function():
            pass

        def owners():
            store = engine_module.new_store(engine._core_owner)
            func = engine_module.new_host_func(store, holder, function, signature, b"", b"")
            instance = engine_module.new_instance(store, module._core_object._core_owner, [func])
            return [store, func, instance, engine_module.instance_export(instance, 0)]

        def rounds(count):
            for _ in range(count):
                for order in itertools.permutations(range(4)):
                    found = owners()
                    for index in order:
                        found[index] = None
                # All go at once, each on a thread of its own.
                found = owners()
                start = threading.Barrier(4)
                def drop(index):
                    start.wait()
                    found[index] = None
                threads = [threading.Thread(target=drop, args=(index,)) for index in range(4)]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()

        def resident():
            with open("/proc/self/statm") as file:
                return int(file.read().split()[1]) * resource.getpagesize()

        rounds(20)
        before = resident()
        rounds(100)
        print((resident() - before) // 1024)
    """
    assert int(children.run(engine, code % SOURCE)) < 5 * 1024


def test_what_the_shim_refuses_has_no_owner(engine_module: Any) -> None:
    store = Store()
    assert (store._core_owner.kind, store._core_owner.address > 0) == ("store", True)
    assert engine_module.new_host_func(store._core_owner, store, print, None, bytes(1001), b"") is None
    with pytest.raises(WasmtimeError, match="0x0 is not the code of a value type"):
        store._core_check(None)


def test_what_is_closed_goes_on_for_those_who_have_it(engine: str) -> None:
    # In a process of its own: a module that was freed while its start function ran brought the process down.
    code = """
        from anywasm.wasmtime import *
        engine = Engine()
        store, nothing = Store(engine), FuncType([], [])
        start = '''(module (import "" "close" (func $close)) (start $close)
            (func (export "g") (result i32) (i32.const 4)))'''

        for _ in range(50):
            module = Module(engine, start)
            def close():
                module.close()
                for _ in range(20):
                    Module(engine, '(module (func (export "h")))').close()
            instance = Instance(store, module, [Func(store, nothing, close)])
            assert instance.exports(store)["g"](store) == 4

        linker = Linker(engine)
        linker.define_func("", "close", nothing, lambda: None)
        module, command = Module(engine, start), Module(engine, '''(module (func (export "_start"))
            (func (export "three") (result i32) (i32.const 3)))''')
        linker.define_module(store, "command", command)
        prepared = linker.instantiate_pre(module)
        module.close()
        command.close()
        engine.close()
        assert prepared.instantiate(store).exports(store)["g"](store) == 4
        assert linker.get(store, "command", "three")(store) == 3
        uses = lambda: Instance(store, module, []), lambda: module.exports, lambda: Store(engine), module.serialize
        for use in uses:
            try:
                use()
            except ValueError as error:
                assert str(error) == "already closed"
            else:
                raise AssertionError
        print("ok")
    """
    assert children.run(engine, code) == "ok\n"


def test_owners_are_told_apart(engine_module: Any) -> None:
    engine = Engine()
    module = Module(engine, "(module)")
    with pytest.raises(TypeError, match="an owner of the kind 'engine'"):
        engine_module.new_store(module._core_object._core_owner)
    with pytest.raises(TypeError, match="an owner of the kind 'module'"):
        engine_module.new_instance(Store(engine)._core_owner, engine._core_owner, [])
    with pytest.raises(TypeError, match="an owner of the kind 'extern'"):
        engine_module.new_instance(Store(engine)._core_owner, module._core_object._core_owner, [engine._core_owner])
    with pytest.raises(TypeError, match="an owner of the kind 'store'"):
        engine_module.new_host_func(None, None, None, None, b"", b"")
    with pytest.raises(TypeError, match="takes 2 arguments, not 1"):
        engine_module.instance_export(engine._core_owner)
    with pytest.raises(ValueError, match="nothing is owned of the kind 'cat'"):
        engine_module._new_owner("cat", 1)
    assert engine_module.own("store", engine_module.ffi.cast("aw_store *", 0)) is None


def test_an_owner_of_another_engine_is_refused() -> None:
    names = [info.name for info in anywasm.engines() if info.installed]
    if len(names) < 2:
        pytest.skip("one engine is installed")
    one, other = (Engine(name=name) for name in names[:2])
    with pytest.raises(TypeError, match="of the same engine"):
        one._core_engine_module.new_store(other._core_owner)


def test_more_imports_than_fit_on_the_stack(engine_module: Any) -> None:
    store = Store()
    calls: list[int] = []
    nothing = FuncType([], [])
    count = 50
    imports = [Func(store, nothing, lambda index=index: calls.append(index)) for index in range(count)]
    body = "".join(f"(call {index})" for index in range(count))
    source = f'(module {count * """(import "" "" (func))"""} (func (export "f") {body}))'
    Instance(store, Module(store.engine, source), imports).exports(store)["f"](store)
    assert calls == list(range(count))


def test_a_function_owns_what_it_calls(engine_module: Any) -> None:
    store = Store()
    func = Instance(store, Module(store.engine, SOURCE), [Func(store, FuncType([], []), lambda: None)]).exports(store)[
        "f"
    ]
    # All that Python's attributes hold of it, but the store, which a call is given.
    vars(func).clear()
    gc.collect()
    assert func(store) == 7


def test_a_callable_that_refers_to_its_own_store_is_collected(engine_module: Any) -> None:
    class Witness:
        pass

    def made() -> Any:
        witness, store = Witness(), Store()
        keep: list[Any] = [witness]
        func = Func(store, FuncType([], []), lambda: keep)
        keep += store, func, Instance(store, Module(store.engine, SOURCE), [func])
        return weakref.ref(witness)

    gc.collect()
    found = made()
    assert found() is not None
    gc.collect()
    assert found() is None


def test_what_python_need_not_collect_goes_at_once(engine_module: Any) -> None:
    engine = Engine()
    module = Module(engine, SOURCE)
    gc.collect()
    gc.disable()
    try:
        for _ in range(3):
            store = Store(engine)
            func = Func(store, FuncType([], []), lambda: None)
            assert Instance(store, module, [func]).exports(store)["f"](store) == 7
            del store, func
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_a_lazy_attribute_is_one_object_for_all_threads() -> None:
    ready = threading.Barrier(8)

    class Thing:
        @lazy
        def attribute(self) -> object:
            ready.wait()
            return object()

    thing, found = Thing(), []
    threads = [threading.Thread(target=lambda: found.append(thing.attribute)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(map(id, found))) == 1
    assert thing.attribute is found[0]
    assert isinstance(Thing.attribute, lazy)
