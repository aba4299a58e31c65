"""Instances and objects of the host in the implicit style."""

from __future__ import annotations

from typing import Any

from anywasm.wasmer import (
    Exports,
    ExportsIterator,
    Function,
    FunctionType,
    Global,
    ImportObject,
    Instance,
    Memory,
    MemoryType,
    Module,
    Store,
    Table,
    TableType,
    Type,
    Value,
)
from implicit_base import I32_TO_I32, OPERATIONS, compiled, importing
from operations import CONSTANT, EXCEPTIONS, FAILING_START, IMPORTING, SIMPLE, SLOW, TABLES, Round, raises, use


@OPERATIONS.add()
def a_function() -> Round:
    store = Store()

    def double(value: int) -> int:
        return 2 * value

    def one_round(_: int) -> None:
        func = Function(store, double)
        assert func(2) == 4
        use(func.type)

    return one_round


@OPERATIONS.add()
def a_memory() -> Round:
    store = Store()

    def one_round(_: int) -> None:
        memory = Memory(store, MemoryType(1, 2))
        memory.uint8_view()[0] = 1
        use(memory.type, memory.size, memory.data_size)

    return one_round


@OPERATIONS.add()
def a_global() -> Round:
    store = Store()

    def one_round(_: int) -> None:
        a_global = Global(store, Value.i32(1), True)
        a_global.value = 2
        use(a_global.type, a_global.mutable, a_global.value)

    return one_round


@OPERATIONS.add()
def a_table_refused() -> Round:
    store = Store()
    ty = TableType(Type.FUNC_REF, 1, 2)
    return lambda _: raises(RuntimeError, lambda: Table(store, ty, Value.i32(1)))


# Instances


@OPERATIONS.add()
def an_instance() -> Round:
    module = Module(Store(), SIMPLE)
    return lambda _: Instance(module).exports.run()


@OPERATIONS.add(rounds=SLOW, keeps="the instances of a store made with `together` live as long as one of them")
def an_instance_in_a_store_of_all_instances() -> Round:
    store = Store(together=True)
    module = Module(store, SIMPLE)
    first = Instance(module)

    def one_round(_: int) -> None:
        use(first, Instance(module).exports.run())

    return one_round


@OPERATIONS.add()
def an_instance_with_imports() -> Round:
    store = Store()
    module = Module(store, IMPORTING)

    def one_round(_: int) -> None:
        imports = ImportObject()
        imports.register("env", importing(store))
        assert imports.contains_namespace("env")
        assert Instance(module, imports).exports.run(5) == 5
        use(imports.to_dict())

    return one_round


@OPERATIONS.add()
def an_instance_with_the_same_host_function() -> Round:
    store = Store()
    module = Module(store, '(module (import "env" "f" (func $f (param i32) (result i32))) (export "run" (func $f)))')
    env = {"f": Function(store, lambda value: value, I32_TO_I32)}
    return lambda _: Instance(module, {"env": env}).exports.run(1)


@OPERATIONS.add()
def an_instance_with_wrong_imports() -> Round:
    store = Store()
    module = Module(store, IMPORTING)
    env = importing(store)
    env["m"], env["g"] = env["g"], env["m"]

    def one_round(_: int) -> None:
        raises(RuntimeError, lambda: Instance(module, {"env": env}))
        raises(RuntimeError, lambda: Instance(module))
        raises(TypeError, lambda: Instance(module, {"env": {"f": 5}}))

    return one_round


def importing_from_an_instance(kind: str, ty: str, name: str) -> Round:
    """Instances that import something of one instance, which lives all the time."""
    store = Store()
    exporting = Instance(Module(store, SIMPLE))
    module = Module(store, f'(module (import "env" "x" ({kind} {ty})) (func (export "run")))')
    return lambda _: Instance(module, {"env": {"x": getattr(exporting.exports, name)}}).exports.run()


@OPERATIONS.add()
def an_instance_that_imports_a_function_of_another() -> Round:
    return importing_from_an_instance("func", "(result i32)", "run")


@OPERATIONS.add(rounds=SLOW)
def an_instance_that_imports_a_memory_of_another() -> Round:
    return importing_from_an_instance("memory", "1", "memory")


@OPERATIONS.add(rounds=SLOW)
def an_instance_that_imports_a_table_of_another() -> Round:
    return importing_from_an_instance("table", "2 funcref", "table")


@OPERATIONS.add(rounds=SLOW)
def an_instance_that_imports_a_global_of_another() -> Round:
    return importing_from_an_instance("global", "(mut i32)", "global")


@OPERATIONS.add(rounds=SLOW)
def an_instance_that_imports_a_memory_of_the_host() -> Round:
    store = Store()
    memory = Memory(store, MemoryType(1))
    module = Module(store, '(module (import "env" "x" (memory 1)) (func (export "run")))')
    return lambda _: Instance(module, {"env": {"x": memory}}).exports.run()


@OPERATIONS.add()
def two_instances_of_which_one_imports_from_the_other() -> Round:
    store = Store()
    first = Module(store, SIMPLE)
    second = Module(
        store,
        """(module (import "e" "table" (table 1 funcref)) (import "e" "memory" (memory 1))
          (import "e" "run" (func $f (result i32))) (import "e" "global" (global (mut i32))) (elem (i32.const 1) $f)
          (func (export "run") (result i32) (call_indirect (result i32) (i32.const 0))))""",
    )

    def one_round(_: int) -> None:
        exports = Instance(first).exports
        given = {name: getattr(exports, name) for name in ("table", "memory", "run", "global")}
        assert Instance(second, {"e": given}).exports.run() == CONSTANT

    return one_round


@OPERATIONS.add()
def an_instance_in_a_cycle_with_its_host_function() -> Round:
    store = Store()
    module = Module(store, '(module (import "env" "f" (func $f)) (func (export "run") (call $f)))')

    def one_round(_: int) -> None:
        cycle: list[Any] = []
        instance = Instance(module, {"env": {"f": Function(store, lambda: use(cycle), FunctionType([], []))}})
        cycle.append(instance)
        instance.exports.run()

    return one_round


@OPERATIONS.add()
def an_instance_whose_start_function_traps() -> Round:
    store = Store()
    module = Module(store, FAILING_START)
    host = Function(store, lambda: None, FunctionType([], []))
    return lambda _: raises(RuntimeError, lambda: Instance(module, {"env": {"f": host}}))


@OPERATIONS.add()
def exports_looked_up() -> Round:
    instance = Instance(Module(Store(), SIMPLE))

    def one_round(_: int) -> None:
        exports = instance.exports
        assert isinstance(exports, Exports)
        every = iter(exports)
        assert isinstance(every, ExportsIterator)
        assert len([item for _, item in every]) == len(exports)
        use(exports.table.type, exports.table.size, getattr(exports, "global").type)
        raises(LookupError, lambda: exports.none)

    return one_round


@OPERATIONS.add()
def an_instance_whose_exports_are_looked_up() -> Round:
    module = Module(Store(), SIMPLE)
    return lambda _: list(Instance(module).exports)


@OPERATIONS.add()
def an_instance_with_exceptions() -> Round:
    module = compiled(Store(), EXCEPTIONS)

    def one_round(_: int) -> None:
        exports = Instance(module).exports
        assert exports.caught() == 7
        use(exports.tag)

    return one_round


@OPERATIONS.add("funcref")
def an_instance_with_tables() -> Round:
    module = Module(Store(), TABLES)

    def one_round(_: int) -> None:
        exports = Instance(module).exports
        exports.put(0, exports.a)
        assert exports.call(0) == 1

    return one_round
