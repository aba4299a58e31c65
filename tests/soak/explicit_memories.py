"""Memories, tables and globals in the explicit style."""

from __future__ import annotations

from typing import Any

from anywasm.wasmtime import (
    Engine,
    Func,
    Global,
    GlobalType,
    Instance,
    Limits,
    Memory,
    MemoryType,
    Module,
    Store,
    Table,
    TableType,
    ValType,
    WasmtimeError,
)
from explicit_base import EXTERNREF, FUNCREF, I32, I32_TO_I32, OPERATIONS
from operations import REFERENCE_GLOBALS, TABLES, Round, raises


@OPERATIONS.add()
def a_memory_read_and_written() -> Round:
    store = Store()
    memory = Memory(store, MemoryType(Limits(2, None)))

    def one_round(number: int) -> None:
        memory.write(store, number.to_bytes(8, "little"), number)
        memory.write(store, list(b"abc"))
        assert len(memory.read(store, 0, 70000)) == 70000
        raises(IndexError, lambda: memory.write(store, b"x", 1 << 20))
        assert (memory.size(store), memory.data_len(store), memory.page_size(store)) == (2, 2 << 16, 1 << 16)
        assert memory.type(store).limits.min == 2
        assert memory.page_size_log2(store) == 16

    return one_round


@OPERATIONS.add("views")
def a_buffer_over_a_memory() -> Round:
    store = Store()
    memory = Memory(store, MemoryType(Limits(2, 9)))

    def one_round(number: int) -> None:
        memory.get_buffer_ptr(store, 100, 50)[0] = number & 255
        memory.data_ptr(store)[0] = 1

    return one_round


@OPERATIONS.add("views")
def a_buffer_over_a_memory_that_grows_in_a_new_store() -> Round:
    engine = Engine()

    def one_round(_: int) -> None:
        store = Store(engine)
        memory = Memory(store, MemoryType(Limits(1, 20)))
        buffer = memory.get_buffer_ptr(store)
        for _grown in range(3):
            memory.grow(store, 1)
        raises(WasmtimeError, lambda: memory.grow(store, 100))
        buffer[0] = 1
        store.close()
        assert buffer[0] == 1

    return one_round


# Tables


@OPERATIONS.add()
def a_table_with_the_same_function() -> Round:
    store = Store()
    table = Table(store, TableType(FUNCREF, Limits(4, None)), None)
    func = Func(store, I32_TO_I32, lambda value: value)

    def one_round(_: int) -> None:
        table.set(store, 0, func)
        assert table.get(store, 0) is not None
        table.set(store, 0, None)
        assert table.size(store) == 4
        raises(WasmtimeError, lambda: table.set(store, 9, None))

    return one_round


@OPERATIONS.add(keeps="a store owns its host functions until it is closed")
def a_table_with_new_host_functions() -> Round:
    store = Store()
    table = Table(store, TableType(FUNCREF, Limits(4, None)), None)
    return lambda number: table.set(store, number % 4, Func(store, I32_TO_I32, lambda value: value + number))


@OPERATIONS.add("funcref")
def a_table_with_exported_functions() -> Round:
    store = Store()
    instance = Instance(store, Module(store.engine, TABLES), [])
    exports = instance.exports(store)
    put, take, call, funcs = (exports[name] for name in ("put", "take", "call", "funcs"))

    def one_round(number: int) -> None:
        func = instance.exports(store)["a"]
        put(store, number % 4, func)
        funcs.set(store, (number + 1) % 4, func)
        assert call(store, number % 4) == 1
        assert take(store, number % 4) is not None
        assert funcs.get(store, number % 4) is not None

    return one_round


@OPERATIONS.add("funcref")
def a_table_grown_in_a_new_store() -> Round:
    engine = Engine()
    module = Module(engine, TABLES)

    def one_round(_: int) -> None:
        store = Store(engine)
        exports = Instance(store, module, []).exports(store)
        exports["funcs"].grow(store, 100, exports["a"])
        exports["funcs"].grow(store, 100, None)
        raises(WasmtimeError, lambda: exports["funcs"].grow(store, 1 << 30, None))

    return one_round


@OPERATIONS.add("externref")
def a_table_with_new_objects() -> Round:
    store = Store()
    exports = Instance(store, Module(store.engine, TABLES), []).exports(store)
    put, take, externs = (exports[name] for name in ("put extern", "take extern", "externs"))

    def one_round(number: int) -> None:
        put(store, number % 4, [number])
        externs.set(store, (number + 1) % 4, [number])
        assert take(store, number % 4) == externs.get(store, number % 4) == [number]

    return one_round


@OPERATIONS.add("externref")
def a_table_grown_with_objects_in_a_new_store() -> Round:
    engine = Engine()

    def one_round(number: int) -> None:
        store = Store(engine)
        Table(store, TableType(EXTERNREF, Limits(4, None)), [number]).grow(store, 20, [number])

    return one_round


# Globals


@OPERATIONS.add()
def globals_with_numbers() -> Round:
    store = Store()
    types: list[tuple[ValType, Any]] = [(I32, 1), (ValType.i64(), 2), (ValType.f32(), 0.5), (ValType.f64(), 0.25)]
    every = [(Global(store, GlobalType(ty, True), value), value) for ty, value in types]
    constant = Global(store, GlobalType(I32, False), 1)

    def one_round(_: int) -> None:
        for a_global, value in every:
            a_global.set_value(store, value)
            assert a_global.value(store) == value
        raises(WasmtimeError, lambda: constant.set_value(store, 1))

    return one_round


@OPERATIONS.add("funcref")
def a_global_with_functions() -> Round:
    store = Store()
    a_global = Instance(store, Module(store.engine, REFERENCE_GLOBALS), []).exports(store)["func"]
    instance = Instance(store, Module(store.engine, TABLES), [])

    def one_round(_: int) -> None:
        a_global.set_value(store, instance.exports(store)["a"])
        assert a_global.value(store) is not None
        a_global.set_value(store, None)

    return one_round


@OPERATIONS.add("externref")
def a_global_with_new_objects() -> Round:
    store = Store()
    a_global = Instance(store, Module(store.engine, REFERENCE_GLOBALS), []).exports(store)["extern"]

    def one_round(number: int) -> None:
        a_global.set_value(store, [number])
        assert a_global.value(store) == [number]

    return one_round
