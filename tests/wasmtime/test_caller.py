"""Who calls a host function, on every engine."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import pytest

from anywasm.wasmtime import Caller, Func, FuncType, Global, GlobalType, Instance, Linker, Module, Store, Trap, ValType

NOTHING = FuncType([], [])
ASKING = """(module (import "" "host" (func $host)) (memory (export "memory") 1)
    (data (i32.const 0) "{0}") (global (export "g") (mut i32) (i32.const 7)) (table (export "t") 2 funcref)
    (func (export "run") (call $host)) (func (export "other") (result i32) (i32.const 5)))"""
STARTING = """(module $m (import "" "host" (func $host)) (memory (export "memory") 1) (data (i32.const 0) "hi")
    (func (export "double") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2)))
    (func $go (call $host)) (start $go))"""


def importing(store: Store, source: str, host: Any) -> Instance:
    return Instance(store, Module(store.engine, source), [Func(store, NOTHING, host, access_caller=True)])


def test_exports_of_all_kinds(store: Store) -> None:
    seen: list[Any] = []

    def host(caller: Caller) -> None:
        seen.append(caller["memory"].read(caller, 0, 2))
        seen.append(caller["g"].value(caller))
        caller["g"].set_value(caller, 8)
        seen.append(caller["t"].size(caller))
        seen.append(caller["other"](caller))
        seen.append((caller.get("nothing"), caller.get("")))
        with pytest.raises(KeyError, match="failed to find export nothing"):
            caller["nothing"]

    exports = importing(store, ASKING.format("hi"), host).exports(store)
    exports["run"](store)
    assert seen == [bytearray(b"hi"), 7, 2, 5, (None, None)]
    assert exports["g"].value(store) == 8


def test_each_instance_is_told_of_itself(store: Store) -> None:
    seen = []
    show = Func(store, NOTHING, lambda caller: seen.append(caller["memory"].read(caller, 0, 2)), access_caller=True)
    modules = [Module(store.engine, ASKING.format(text)) for text in ("aa", "bb")]
    instances = [Instance(store, module, [show]).exports(store) for module in [*modules, modules[0]]]
    instances[2]["memory"].write(store, b"cc")
    for exports in reversed(instances):
        exports["run"](store)
    assert seen == [b"cc", b"bb", b"aa"]


def test_a_linker_s_function_is_told_too(store: Store) -> None:
    linker, seen = Linker(store.engine), []

    def host(caller: Caller, x: int) -> int:
        seen.append(caller.get("memory") is not None)
        return x + 1

    linker.define_func("", "host", FuncType([ValType.i32()], [ValType.i32()]), host, access_caller=True)
    source = """(module (import "" "host" (func $h (param i32) (result i32))) (memory (export "memory") 1)
        (func (export "run") (result i32) (call $h (i32.const 1))))"""
    pre = linker.instantiate_pre(Module(store.engine, source))
    for home in (store, Store(store.engine)):
        assert pre.instantiate(home).exports(home)["run"](home) == 2
        assert linker.get(home, "", "host")(home, 2) == 3
    assert seen == [True, False, True, False]


def test_a_start_function_finds_the_exports(store: Store) -> None:
    seen = []

    def host(caller: Caller) -> None:
        seen.append(caller["memory"].read(caller, 0, 2))
        seen.append(caller["double"](caller, 4))

    exports = importing(store, STARTING, host).exports(store)
    assert seen == [b"hi", 8]
    assert list(exports) == ["memory", "double"]
    assert exports["double"](store, 3) == 6


def test_a_start_function_runs_once_for_each_instance(store: Store) -> None:
    seen: list[int] = []
    source = """(module (import "" "host" (func $h)) (global (export "g") (mut i32) (i32.const 0))
        (func $go (global.set 0 (i32.add (global.get 0) (i32.const 1))) (call $h)) (start $go))"""
    module = Module(store.engine, source)
    module = Module.deserialize(store.engine, module.serialize())
    told = Func(store, NOTHING, lambda caller: seen.append(caller["g"].value(caller)), access_caller=True)
    untold = Func(store, NOTHING, lambda: seen.append(0))
    for func in (told, untold, told):
        assert Instance(store, module, [func]).exports(store)["g"].value(store) == 1
    assert seen == [1, 0, 1]


def test_failures_in_a_start_function(store: Store) -> None:
    failure = ValueError("no")

    def fail(caller: Caller) -> None:
        raise failure

    with pytest.raises(ValueError, match="no") as caught:
        importing(store, STARTING, fail)
    assert caught.value is failure
    source = STARTING.replace("(call $host))", "(call $host) unreachable)")
    with pytest.raises(Trap, match="unreachable"):
        importing(store, source, lambda caller: None)


@pytest.mark.needs("frame_offsets")
def test_a_trap_tells_the_same_place_whether_or_not_somebody_asks(store: Store) -> None:
    source = STARTING.replace("(call $host))", "(call $host) unreachable)")
    texts = []
    for asks in (True, False):
        func = Func(store, NOTHING, lambda *caller: None, access_caller=asks)
        with pytest.raises(Trap) as caught:
            Instance(store, Module(store.engine, source), [func])
        texts.append((str(caught.value), [frame.module_offset for frame in caught.value.frames]))
        assert caught.value.frames[0].func_name == "go"
    assert texts[0] == texts[1]


@pytest.mark.parametrize("fails", [False, True])
def test_a_caller_is_of_no_use_afterwards(store: Store, fails: bool) -> None:
    kept: list[Caller] = []

    def host(caller: Caller) -> None:
        kept.append(caller)
        if fails:
            raise ValueError

    exports = importing(store, ASKING.format("hi"), host).exports(store)
    try:
        exports["run"](store)
    except ValueError:
        assert fails
    assert kept[0].get("memory") is None
    with pytest.raises(ValueError, match="caller is no longer valid"):
        exports["other"](kept[0])
    with pytest.raises(KeyError):
        kept[0]["memory"]


def test_called_from_python_there_is_no_instance(store: Store) -> None:
    seen = []
    func = Func(store, NOTHING, lambda caller: seen.append(caller.get("memory")), access_caller=True)
    func(store)
    assert seen == [None]


def test_a_caller_stands_for_the_store(store: Store) -> None:
    def host(caller: Caller) -> None:
        made = Global(caller, GlobalType(ValType.i32(), True), 1)
        made.set_value(caller, 2)
        assert made.value(store) == 2
        inner = Instance(caller, Module(store.engine, '(module (func (export "f") (result i32) (i32.const 3)))'), [])
        assert inner.exports(caller)["f"](caller) == 3
        with pytest.raises(TypeError, match="expected a Store"):
            Func(caller, NOTHING, lambda: None)  # type: ignore[arg-type]
        with pytest.raises(AttributeError):
            caller.get(5)  # type: ignore[arg-type]

    importing(store, ASKING.format("hi"), host).exports(store)["run"](store)


def test_a_store_whose_functions_are_told_dies_without_the_cycle_collector(store: Store) -> None:
    home = Store(store.engine)
    importing(home, STARTING, lambda caller: None)
    alive = weakref.ref(home)
    gc.disable()
    try:
        del home
        assert alive() is None
    finally:
        gc.enable()
