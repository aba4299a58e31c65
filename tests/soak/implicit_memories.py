"""Memories, tables and globals in the implicit style."""

from __future__ import annotations

from functools import partial
from operator import getitem
from typing import Any

from anywasm.wasmer import (
    Buffer,
    Float32Array,
    Float64Array,
    Function,
    FunctionType,
    Global,
    Int8Array,
    Int16Array,
    Int32Array,
    Int64Array,
    Memory,
    MemoryType,
    Store,
    Type,
    Uint8Array,
    Uint16Array,
    Uint32Array,
    Uint64Array,
    Value,
)
from implicit_base import OPERATIONS, exports_of
from operations import REFERENCE_GLOBALS, SLOW, TABLES, Round, raises, use


@OPERATIONS.add()
def views_of_a_memory() -> Round:
    memory = Memory(Store(), MemoryType(2))

    def one_round(number: int) -> None:
        views: list[tuple[Any, type]] = [
            (memory.uint8_view(), Uint8Array),
            (memory.int8_view(1), Int8Array),
            (memory.uint16_view(), Uint16Array),
            (memory.int16_view(), Int16Array),
            (memory.uint32_view(), Uint32Array),
            (memory.int32_view(), Int32Array),
            (memory.uint64_view(), Uint64Array),
            (memory.int64_view(), Int64Array),
            (memory.float32_view(), Float32Array),
            (memory.float64_view(), Float64Array),
        ]
        for view, cls in views:
            assert cls in type(view).__mro__
            view[number] = 7
            view[0:3] = [1, 2, 3]
            assert view[0:3] == [1, 2, 3]
            assert view[number] == (7 if number > 2 else number + 1)
            use(len(view), view.bytes_per_element)
            raises(IndexError, partial(getitem, view, 1 << 20))

    return one_round


@OPERATIONS.add("views")
def a_buffer_over_a_memory() -> Round:
    memory = Memory(Store(), MemoryType(2))

    def one_round(number: int) -> None:
        buffer = memory.buffer
        assert isinstance(buffer, Buffer)
        memoryview(buffer)[0] = number & 255
        bytearray(buffer)

    return one_round


@OPERATIONS.add("views", rounds=SLOW)
def a_buffer_over_a_memory_that_grows() -> Round:
    store = Store()

    def one_round(_: int) -> None:
        memory = Memory(store, MemoryType(1, 20))
        buffer = memoryview(memory.buffer)
        for _grown in range(3):
            memory.grow(1)
        raises(RuntimeError, partial(memory.grow, 100))
        assert (memory.size, memory.data_size) == (4, 4 << 16)
        del memory
        buffer[0] = 1

    return one_round


# Tables and globals


@OPERATIONS.add("funcref")
def a_table_with_exported_functions() -> Round:
    exports = exports_of(TABLES)

    def one_round(number: int) -> None:
        exports.put(number % 4, exports.a)
        assert exports.call(number % 4) == 1
        use(exports.take(number % 4))

    return one_round


@OPERATIONS.add("funcref", keeps="a store owns its host functions until it is closed")
def a_table_with_new_host_functions() -> Round:
    store = Store()
    exports = exports_of(TABLES, store=store)
    ty = FunctionType([], [Type.I32])
    return lambda number: exports.put(number % 4, Function(store, lambda: number, ty))


@OPERATIONS.add("externref")
def a_table_with_new_objects() -> Round:
    exports = exports_of(TABLES)
    put, take = getattr(exports, "put extern"), getattr(exports, "take extern")

    def one_round(number: int) -> None:
        put(number % 4, [number])
        assert take(number % 4) == [number]

    return one_round


@OPERATIONS.add()
def globals_with_numbers() -> Round:
    store = Store()
    values: list[tuple[Value, Any]] = [(Value.i32(1), 1), (Value.i64(2), 2), (Value.f32(0.5), 0.5)]
    every = [(Global(store, value, True), number) for value, number in values]
    constant = Global(store, Value.i32(1))

    def one_round(_: int) -> None:
        for a_global, number in every:
            a_global.value = number
            assert a_global.value == number
        raises(RuntimeError, lambda: setattr(constant, "value", 2))

    return one_round


@OPERATIONS.add("funcref")
def a_global_with_functions() -> Round:
    store = Store()
    a_global = exports_of(REFERENCE_GLOBALS, store=store).func
    func = exports_of(TABLES, store=store).a

    def one_round(_: int) -> None:
        a_global.value = func
        use(a_global.value)
        a_global.value = None

    return one_round


@OPERATIONS.add("externref")
def a_global_with_new_objects() -> Round:
    a_global = exports_of(REFERENCE_GLOBALS).extern

    def one_round(number: int) -> None:
        a_global.value = [number]
        assert a_global.value == [number]

    return one_round
