"""Instances and linkers in the explicit style."""

from __future__ import annotations

from typing import Any

from anywasm.wasmtime import (
    Engine,
    Func,
    FuncType,
    Instance,
    InstanceExports,
    InstancePre,
    Limits,
    Linker,
    Memory,
    MemoryType,
    Module,
    Store,
    Trap,
    WasmtimeError,
)
from explicit_base import I32_TO_I32, OPERATIONS, OWNED, compiled, importing
from operations import CONSTANT, EXCEPTIONS, FAILING_START, IMPORTING, SIMPLE, SLOW, TABLES, Round, raises, use


@OPERATIONS.add()
def an_instance_in_a_new_store() -> Round:
    engine = Engine()
    module = Module(engine, SIMPLE)

    def one_round(_: int) -> None:
        store = Store(engine)
        Instance(store, module, []).exports(store)["run"](store)

    return one_round


@OPERATIONS.add(rounds=SLOW, keeps=OWNED)
def an_instance_in_one_store() -> Round:
    store = Store()
    module = Module(store.engine, '(module (func (export "run")))')
    return lambda _: Instance(store, module, []).exports(store)["run"](store)


@OPERATIONS.add()
def an_instance_with_imports_in_a_new_store() -> Round:
    engine = Engine()
    module = Module(engine, IMPORTING)

    def one_round(_: int) -> None:
        store = Store(engine)
        assert Instance(store, module, importing(store)).exports(store)["run"](store, 5) == 5

    return one_round


@OPERATIONS.add()
def an_instance_with_wrong_imports() -> Round:
    store = Store()
    module = Module(store.engine, IMPORTING)
    func, memory, number = importing(store)
    return lambda _: raises(WasmtimeError, lambda: Instance(store, module, [func, number, memory]))


@OPERATIONS.add()
def instances_that_import_from_each_other_in_a_new_store() -> Round:
    engine = Engine()
    first = Module(engine, SIMPLE)
    second = Module(
        engine,
        """(module (import "" "t" (table 1 funcref)) (import "" "f" (func $f (result i32))) (import "" "m" (memory 1))
          (import "" "g" (global (mut i32))) (elem (i32.const 1) $f)
          (func (export "run") (result i32) (call_indirect (result i32) (i32.const 0))))""",
    )

    def one_round(_: int) -> None:
        store = Store(engine)
        exports = Instance(store, first, []).exports(store)
        given = [exports[name] for name in ("table", "run", "memory", "global")]
        assert Instance(store, second, given).exports(store)["run"](store) == CONSTANT

    return one_round


@OPERATIONS.add()
def an_instance_in_a_cycle_with_its_host_function() -> Round:
    engine = Engine()
    module = Module(engine, '(module (import "" "f" (func $f)) (func (export "run") (call $f)))')

    def one_round(_: int) -> None:
        store = Store(engine)
        cycle: list[Any] = []
        instance = Instance(store, module, [Func(store, FuncType([], []), lambda: use(cycle))])
        cycle.append(instance)
        instance.exports(store)["run"](store)

    return one_round


@OPERATIONS.add()
def exports_looked_up() -> Round:
    store = Store()
    instance = Instance(store, Module(store.engine, SIMPLE), [])

    def one_round(_: int) -> None:
        exports = instance.exports(store)
        assert isinstance(exports, InstanceExports)
        assert len([exports[name] for name in exports]) == len(exports.by_index)
        assert exports["global"].type(store).mutable
        use(exports["memory"].type(store), exports["table"].type(store), exports.get("none"))

    return one_round


@OPERATIONS.add(rounds=SLOW)
def an_instance_with_exceptions_in_a_new_store() -> Round:
    engine = Engine()
    module = compiled(engine, EXCEPTIONS)

    def one_round(_: int) -> None:
        store = Store(engine)
        exports = Instance(store, module, []).exports(store)
        assert exports["caught"](store) == 7
        assert exports["tag"] is not None

    return one_round


@OPERATIONS.add()
def an_instance_with_tables_in_a_new_store() -> Round:
    engine = Engine()
    module = Module(engine, TABLES)

    def one_round(_: int) -> None:
        store = Store(engine)
        exports = Instance(store, module, []).exports(store)
        if "funcref" in engine.capabilities:
            exports["put"](store, 0, exports["a"])
        assert exports["funcs"].size(store) == 4

    return one_round


@OPERATIONS.add()
def an_instance_whose_start_function_traps_in_a_new_store() -> Round:
    engine = Engine()
    module = Module(engine, FAILING_START)

    def one_round(_: int) -> None:
        store = Store(engine)
        host = Func(store, FuncType([], []), lambda: None)
        raises(Trap, lambda: Instance(store, module, [host]))

    return one_round


@OPERATIONS.add(rounds=SLOW, keeps=OWNED)
def an_instance_whose_start_function_traps_in_one_store() -> Round:
    store = Store()
    module = Module(store.engine, FAILING_START)
    host = Func(store, FuncType([], []), lambda: None)
    return lambda _: raises(Trap, lambda: Instance(store, module, [host]))


# Linkers


@OPERATIONS.add()
def a_linker_with_functions() -> Round:
    engine = Engine()
    module = Module(engine, '(module (import "env" "f" (func (param i32) (result i32))))')

    def one_round(number: int) -> None:
        with Linker(engine) as linker:
            linker.allow_shadowing = True
            linker.define_func("env", "f", I32_TO_I32, lambda value: number)
            linker.define_func("env", "f", I32_TO_I32, lambda caller, value: value, access_caller=True)
            store = Store(engine)
            linker.instantiate(store, module)
            assert linker.get(store, "env", "f")(store, 2) == 2

    return one_round


@OPERATIONS.add()
def a_linker_with_instances_and_modules() -> Round:
    engine = Engine()
    simple = Module(engine, SIMPLE)
    command = Module(engine, '(module (func (export "_start")))')
    wanting = Module(engine, '(module (import "a" "memory" (memory 1)) (import "b" "run" (func (result i32))))')

    def one_round(_: int) -> None:
        linker, store = Linker(engine), Store(engine)
        linker.define(store, "x", "m", Memory(store, MemoryType(Limits(1, 1))))
        linker.define_instance(store, "a", Instance(store, simple, []))
        linker.define_module(store, "b", simple)
        linker.define_module(store, "c", command)
        linker.get_default(store, "c")(store)
        linker.instantiate(store, wanting)

    return one_round


@OPERATIONS.add()
def a_linker_with_defaults_and_traps() -> Round:
    engine = Engine()
    module = Module(engine, IMPORTING)

    def one_round(_: int) -> None:
        linker, store = Linker(engine), Store(engine)
        linker.define_unknown_imports_as_default_values(store, module)
        assert linker.instantiate(store, module).exports(store)["run"](store, 3) == 0
        trapping = Linker(engine)
        trapping.define_unknown_imports_as_traps(module)
        raises(WasmtimeError, lambda: trapping.instantiate(store, module))

    return one_round


@OPERATIONS.add()
def an_instance_of_one_linker_in_a_new_store() -> Round:
    engine = Engine()
    module = Module(engine, '(module (import "env" "f" (func $f (param i32) (result i32))) (export "f" (func $f)))')
    linker = Linker(engine)
    linker.define_func("env", "f", I32_TO_I32, lambda value: value)

    def one_round(_: int) -> None:
        store = Store(engine)
        assert linker.instantiate(store, module).exports(store)["f"](store, 4) == 4

    return one_round


@OPERATIONS.add()
def an_instance_of_an_instance_pre_in_a_new_store() -> Round:
    engine = Engine()
    module = Module(engine, '(module (import "env" "f" (func $f (param i32) (result i32))) (export "f" (func $f)))')
    linker = Linker(engine)
    linker.define_func("env", "f", I32_TO_I32, lambda value: value)
    kept = linker.instantiate_pre(module)

    def one_round(_: int) -> None:
        store = Store(engine)
        assert kept.instantiate(store).exports(store)["f"](store, 4) == 4
        with linker.instantiate_pre(module) as pre:
            assert isinstance(pre, InstancePre)
            assert pre.module is module

    return one_round
