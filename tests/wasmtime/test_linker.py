"""Linking by name, on every engine."""

from __future__ import annotations

import gc
import weakref

import pytest

from anywasm.wasmtime import (
    Engine,
    Func,
    FuncType,
    Global,
    GlobalType,
    Instance,
    InstancePre,
    Limits,
    Linker,
    Memory,
    MemoryType,
    Module,
    Store,
    Trap,
    ValType,
    WasmtimeError,
)

NOTHING = FuncType([], [])
COUNTER = """(module (import "env" "tick" (func $tick)) (global $g (mut i32) (i32.const 0)) (memory (export "memory") 1)
    (func (export "{}") (call $tick))
    (func (export "count") (result i32) (global.set $g (i32.add (global.get $g) (i32.const 1))) (global.get $g)))"""


@pytest.fixture
def linker(store: Store) -> Linker:
    return Linker(store.engine)


def module(store: Store, source: str) -> Module:
    return Module(store.engine, source)


def ticking(linker: Linker) -> list[int]:
    ticks: list[int] = []
    linker.define_func("env", "tick", NOTHING, lambda: ticks.append(1))
    return ticks


def test_names_of_all_kinds(store: Store, linker: Linker) -> None:
    source = """(module (import "env" "f" (func $f (result i32))) (import "env" "m" (memory 1))
        (import "env" "g" (global $g i32)) (import "env" "f" (func $again (result i32)))
        (func (export "run") (result i32) (i32.add (call $again) (i32.add (call $f) (global.get $g)))))"""
    linker.define(store, "env", "f", Func(store, FuncType([], [ValType.i32()]), lambda: 1))
    linker.define(store=store, module="env", name="m", item=Memory(store, MemoryType(Limits(1, None))))
    linker.define(store, "env", "g", Global(store, GlobalType(ValType.i32(), False), 40))
    assert linker.instantiate(store, module(store, source)).exports(store)["run"](store) == 42


def test_a_name_is_defined_once_unless_shadowing_is_allowed(store: Store, linker: Linker) -> None:
    linker.define_func("env", "f", FuncType([], [ValType.i32()]), lambda: 1)
    with pytest.raises(WasmtimeError, match="import of `env::f` defined twice"):
        linker.define_func("env", "f", NOTHING, lambda: None)
    assert linker.get(store, "env", "f")(store) == 1
    linker.allow_shadowing = True
    linker.define_func("env", "f", FuncType([], [ValType.i32()]), lambda: 2)
    assert linker.get(store, "env", "f")(store) == 2
    with pytest.raises(AttributeError):
        _ = linker.allow_shadowing


def test_a_function_for_all_stores_is_made_once_in_each(store: Store, linker: Linker) -> None:
    calls = []
    linker.define_func("env", "f", NOTHING, lambda: calls.append(1))
    caller = module(store, '(module (import "env" "f" (func)) (export "f" (func 0)))')
    other = Store(store.engine)
    for home in (store, other, store):
        before = len(home._core_state.callables)
        for _ in range(3):
            linker.instantiate(home, caller).exports(home)["f"](home)
            linker.get(home, "env", "f")(home)
        assert len(home._core_state.callables) - before <= 1
    assert len(calls) == 18


def test_what_is_not_there(store: Store, linker: Linker) -> None:
    with pytest.raises(WasmtimeError, match="unknown import: `a::b` has not been defined"):
        linker.instantiate(store, module(store, '(module (import "a" "b" (func)) (import "a" "c" (func)))'))
    with pytest.raises(WasmtimeError, match="item not defined in linker"):
        linker.get(store, "a", "b")


def test_only_functions_are_defined_as_traps(store: Store, linker: Linker) -> None:
    functions = module(store, '(module (import "a" "f" (func)) (func (export "run") (call 0)))')
    linker.define_unknown_imports_as_traps(functions)
    run = linker.instantiate(store, functions).exports(store)["run"]
    with pytest.raises(WasmtimeError, match="unknown import: `a::f` has not been defined"):
        run(store)
    others = module(store, '(module (import "a" "g" (global i32)))')
    linker.define_unknown_imports_as_traps(others)
    with pytest.raises(WasmtimeError, match="unknown import: `a::g`"):
        linker.instantiate(store, others)


def test_all_is_defined_as_default_values(store: Store, linker: Linker) -> None:
    source = """(module (import "e" "f" (func (param i32) (result i32 f64 i64 f32))) (import "e" "none" (func))
        (import "e" "g" (global (mut i64))) (import "e" "m" (memory 2 5)) (import "e" "known" (func (result i32)))
        (func (export "f") (param i32) (result i32 f64 i64 f32) (call 0 (local.get 0))) (export "none" (func 1))
        (export "g" (global 0)) (export "m" (memory 0)) (export "known" (func 2)))"""
    linker.define_func("e", "known", FuncType([], [ValType.i32()]), lambda: 9)
    wants = module(store, source)
    linker.define_unknown_imports_as_default_values(store, wants)
    exports = linker.instantiate(store, wants).exports(store)
    assert exports["f"](store, 1) == [0, 0.0, 0, 0.0]
    assert exports["none"](store) is None
    assert exports["g"].value(store) == 0
    assert (exports["m"].size(store), exports["m"].type(store).limits.max) == (2, 5)
    assert exports["known"](store) == 9


@pytest.mark.needs("v128")
def test_a_default_vector_is_zero(store: Store, linker: Linker) -> None:
    wants = module(store, '(module (import "e" "f" (func (result v128))) (import "e" "g" (global v128)))')
    linker.define_unknown_imports_as_default_values(store, wants)
    assert linker.get(store, "e", "f")(store) == 0
    assert linker.get(store, "e", "g").value(store) == 0


def test_wasi_is_defined_only_once(linker: Linker) -> None:
    linker.define_wasi()
    with pytest.raises(WasmtimeError, match=r"^import of `wasi_snapshot_preview1::args_get` defined twice$"):
        linker.define_wasi()


@pytest.mark.needs("funcref")
def test_a_default_table_is_full_of_null(store: Store, linker: Linker) -> None:
    wants = module(store, '(module (import "e" "t" (table 3 funcref)))')
    linker.define_unknown_imports_as_default_values(store, wants)
    table = linker.get(store, "e", "t")
    assert (table.size(store), table.get(store, 2)) == (3, None)


def test_an_instance_s_exports(store: Store, linker: Linker) -> None:
    library = '(module (func (export "one") (result i32) (i32.const 1)) (memory (export "m") 1))'
    linker.define_instance(store, "lib", Instance(store, module(store, library), []))
    assert linker.get(store, "lib", "one")(store) == 1
    assert linker.get(store, "lib", "m").size(store) == 1


def test_each_call_of_a_command_has_an_instance_of_its_own(store: Store, linker: Linker) -> None:
    ticks = ticking(linker)
    linker.define_module(store, "program", module(store, COUNTER.format("_start")))
    assert [linker.get(store, "program", "count")(store) for _ in range(3)] == [1, 1, 1]
    assert ticks == []
    linker.get_default(store, "program")(store)
    assert ticks == [1]
    with pytest.raises(WasmtimeError, match="item not defined"):
        linker.get(store, "program", "memory")


def test_a_reactor_has_one_instance(store: Store, linker: Linker) -> None:
    ticks = ticking(linker)
    linker.define_module(store, "library", module(store, COUNTER.format("_initialize")))
    assert ticks == [1]
    assert [linker.get(store, "library", "count")(store) for _ in range(3)] == [1, 2, 3]
    assert linker.get(store, "library", "memory").size(store) == 1


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ('(func (export "_start")) (func (export "_initialize"))', "Program cannot be both a Command and a Reactor"),
        ('(global (export "_start") i32 (i32.const 0))', "`_start` must be a function"),
        ('(global (export "_initialize") i32 (i32.const 0))', "`_initialize` must be a function"),
        ('(func (export "_start")) (memory (export "m") 1)', "command export 'm' is not a function"),
        ('(import "q" "r" (func)) (func (export "_start"))', "unknown import: `q::r` has not been defined"),
        ('(import "q" "r" (func))', "unknown import: `q::r` has not been defined"),
        (
            '(import "env" "tick" (func (param i32))) (func (export "_start"))',
            "incompatible import type for `env::tick`",
        ),
        ('(func (export "_initialize") (param i32))', "_initialize.*param i32|calling the Reactor initialization"),
    ],
)
def test_modules_that_cannot_be_defined(store: Store, linker: Linker, source: str, problem: str) -> None:
    ticking(linker)
    with pytest.raises(WasmtimeError, match=problem):
        linker.define_module(store, "x", module(store, f"(module {source})"))


def test_failures_on_the_way(store: Store, linker: Linker) -> None:
    with pytest.raises(WasmtimeError, match="unreachable"):
        linker.define_module(store, "x", module(store, '(module (func (export "_initialize") unreachable))'))
    linker.define_module(store, "y", module(store, '(module (func (export "_start") unreachable))'))
    with pytest.raises(Trap, match="unreachable"):
        linker.get_default(store, "y")(store)
    linker.define_func("env", "tick", NOTHING, lambda: 1 / 0)
    linker.define_module(store, "z", module(store, COUNTER.format("_start")))
    with pytest.raises(ZeroDivisionError):
        linker.get_default(store, "z")(store)
    with pytest.raises(ZeroDivisionError):
        linker.define_module(store, "w", module(store, COUNTER.format("_initialize")))


def test_what_running_a_module_means(store: Store, linker: Linker) -> None:
    one = Func(store, FuncType([], [ValType.i32()]), lambda: 1)
    two = Func(store, FuncType([], [ValType.i32()]), lambda: 2)
    linker.define(store, "both", "_start", one)
    linker.define(store, "both", "", two)
    assert linker.get_default(store, "both")(store) == 2
    linker.define(store, "start", "_start", one)
    assert linker.get_default(store, "start")(store) == 1
    assert linker.get_default(store, "neither")(store) is None
    linker.define(store, "wrong", "", Global(store, GlobalType(ValType.i32(), False), 1))
    with pytest.raises(WasmtimeError, match="default export in 'wrong' is not a function"):
        linker.get_default(store, "wrong")


def test_a_prepared_module(store: Store, linker: Linker) -> None:
    ticks = ticking(linker)
    prepared = module(store, '(module (import "env" "tick" (func $t)) (func (export "run") (call $t)))')
    pre = linker.instantiate_pre(prepared)
    assert isinstance(pre, InstancePre)
    assert [export.name for export in pre.module.exports] == ["run"]
    linker.allow_shadowing = True
    linker.define_func("env", "tick", NOTHING, lambda: 1 / 0)
    for home in (store, Store(store.engine)):
        pre.instantiate(home).exports(home)["run"](home)
    assert ticks == [1, 1]
    pre.close()
    with pytest.raises(ValueError, match="already closed"):
        pre.instantiate(store)


def test_a_prepared_module_is_checked_at_once(store: Store, linker: Linker) -> None:
    ticking(linker)
    linker.define(store, "env", "m", Memory(store, MemoryType(Limits(1, None))))
    for source in ('(import "env" "tick" (func (param i32)))', '(import "env" "m" (memory 2))'):
        with pytest.raises(WasmtimeError, match="incompatible import type for `env::"):
            linker.instantiate_pre(module(store, f"(module {source})"))
    with pytest.raises(WasmtimeError, match="unknown import"):
        linker.instantiate_pre(module(store, '(module (import "env" "q" (func)))'))


def test_stores_and_engines_are_not_mixed(store: Store, linker: Linker) -> None:
    linker.define(store, "env", "m", Memory(store, MemoryType(Limits(1, None))))
    wants = module(store, '(module (import "env" "m" (memory 1)))')
    other, foreign = Store(store.engine), Store(Engine())
    for attempt in (
        lambda: linker.instantiate(other, wants),
        lambda: linker.instantiate_pre(wants).instantiate(other),
        lambda: linker.define(other, "env", "x", Func(store, NOTHING, lambda: None)),
        lambda: linker.define_instance(other, "x", linker.instantiate(store, wants)),
        lambda: linker.instantiate(foreign, Module(foreign.engine, "(module)")),
        lambda: linker.instantiate(store, Module(foreign.engine, "(module)")),
        lambda: linker.instantiate_pre(Module(foreign.engine, "(module)")),
        lambda: linker.define(foreign, "env", "x", Func(foreign, NOTHING, lambda: None)),
        lambda: linker.get(foreign, "env", "m"),
    ):
        with pytest.raises(WasmtimeError, match=r"cross-`\w+`|wrong store"):
            attempt()


def test_a_closed_linker(store: Store, linker: Linker) -> None:
    linker.close()
    linker.close()
    with pytest.raises(ValueError, match="already closed"):
        linker.define_func("a", "b", NOTHING, lambda: None)
    with pytest.raises(ValueError, match="already closed"):
        linker.instantiate(store, module(store, "(module)"))


def test_what_a_linker_defines_goes_with_the_store(store: Store) -> None:
    class Host:
        def call(self) -> None: ...

    home, host = Store(store.engine), Host()
    linker = Linker(home.engine)
    linker.define_func("env", "tick", NOTHING, host.call)
    linker.define_module(home, "x", module(home, COUNTER.format("_start")))
    linker.get_default(home, "x")(home)
    alive = weakref.ref(host)
    del home, host, linker
    gc.collect()
    assert alive() is None
