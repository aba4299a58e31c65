"""Values beyond numbers, and memories beyond the usual kind."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import math
import weakref
from collections.abc import Callable

import pytest

from anywasm import CapabilityError, core, wasmer
from anywasm.core import values
from anywasm.wasmtime import (
    Config,
    Engine,
    FuncType,
    Global,
    GlobalType,
    Instance,
    Limits,
    Linker,
    Memory,
    MemoryType,
    Module,
    SharedMemory,
    Store,
    Table,
    TableType,
    Val,
    ValType,
    WasmtimeError,
    wat2wasm,
)
from drivers import Driver

VECTORS = """(module (import "env" "swap" (func $swap (param v128 i32) (result v128)))
    (global (export "g") (mut v128) (v128.const i32x4 1 2 3 4))
    (func (export "through") (param v128) (result v128) (call $swap (local.get 0) (i32.const 1)))
    (func (export "both") (param v128) (result v128 v128) (local.get 0) (v128.not (local.get 0)))
    (func (export "load") (result v128) (v128.load (i32.const 8))) (memory (export "m") 1))"""
FULL = 2**128 - 1


@pytest.mark.needs("v128")
@pytest.mark.parametrize("value", [0, 1, FULL, 1 << 127, 0x0123456789ABCDEF_FEDCBA9876543210])
def test_vectors_in_every_direction(wasm: Driver, value: int) -> None:
    seen = []

    def swap(vector: int, number: int) -> int:
        seen.append((vector, number))
        return vector ^ FULL

    func = wasm.func(["v128", "i32"], ["v128"], swap)
    instance = wasm.instantiate(wasm.compile(VECTORS), {"swap": func})
    assert wasm.call(wasm.export(instance, "through"), value) == value ^ FULL
    assert seen == [(value, 1)]
    assert list(wasm.call(wasm.export(instance, "both"), value)) == [value, value ^ FULL]
    a_global = wasm.export(instance, "g")
    wasm.set(a_global, value)
    assert wasm.get(a_global) == value
    wasm.write(wasm.export(instance, "m"), 8, value.to_bytes(16, "little"))
    assert wasm.call(wasm.export(instance, "load")) == value


@pytest.mark.needs("v128")
@pytest.mark.parametrize("value", [-1 << 127, 1 << 128, 1.5, "1", None])
def test_what_is_no_vector(wasm: Driver, value: object) -> None:
    run = wasm.export(wasm.instantiate(wasm.compile('(module (func (export "f") (param v128)))')), "f")
    with pytest.raises((TypeError, OverflowError, ValueError, wasm.error)):
        wasm.call(run, value)


class Thing:
    """Something that can be looked for."""


HOLDER = """(module (import "env" "f" (func $f (param externref) (result externref)))
    (table (export "t") 4 externref) (global $g (export "g") (mut externref) (ref.null extern))
    (func (export "hold") (param externref) (global.set $g (local.get 0)))
    (func (export "held") (result externref) (global.get $g))
    (func (export "through") (param externref) (result externref) (call $f (local.get 0)))
    (func (export "drop") (param externref)))"""


@pytest.mark.needs("externref", "externref_release")
def test_an_object_lives_as_long_as_a_guest_holds_it(wasm: Driver) -> None:
    instance = wasm.instantiate(wasm.compile(HOLDER), {"f": wasm.func(["externref"], ["externref"], lambda x: x)})
    hold, held, drop = (wasm.export(instance, name) for name in ("hold", "held", "drop"))
    thing = Thing()
    watch = weakref.ref(thing)
    wasm.call(hold, thing)
    del thing
    for _ in range(5000):
        wasm.call(drop, Thing())
    assert watch() is not None
    assert wasm.call(held) is watch()
    wasm.call(hold, None)
    wasm.collect()
    assert watch() is None
    assert wasm.call(held) is None


@pytest.mark.needs("externref", "externref_release")
def test_many_objects_do_not_pile_up(wasm: Driver) -> None:
    instance = wasm.instantiate(wasm.compile(HOLDER), {"f": wasm.func(["externref"], ["externref"], lambda _: Thing())})
    through, table = wasm.export(instance, "through"), wasm.export(instance, "t")
    before = count()
    for _ in range(20_000):
        wasm.call(through, Thing())
    wasm.collect()
    assert count() - before < 100
    del table


def count() -> int:
    gc.collect()
    return sum(isinstance(each, Thing) for each in gc.get_objects())


@pytest.mark.needs("externref")
def test_objects_go_with_their_store(wasm: Driver) -> None:
    thing = Thing()
    watch = weakref.ref(thing)
    instance = wasm.instantiate(wasm.compile(HOLDER), {"f": wasm.func(["externref"], ["externref"], lambda x: x)})
    wasm.call(wasm.export(instance, "hold"), thing)
    assert wasm.call(wasm.export(instance, "through"), thing) is thing
    del thing, instance
    wasm.close()
    gc.collect()
    assert watch() is None


@pytest.mark.needs("externref", "externref_release", "funcref")
def test_arguments_of_a_call_that_does_not_happen_are_let_go(wasm: Driver) -> None:
    source = '(module (func (export "f") (param externref funcref) (result i32) (i32.const 1)))'
    run = wasm.export(wasm.instantiate(wasm.compile(source)), "f")
    stranger = type(wasm)().func([], [], lambda: None)
    watches = []
    for _ in range(200):
        thing = Thing()
        watches.append(weakref.ref(thing))
        # A style may move the stranger here; where it is refused, nothing of the call may stay.
        with contextlib.suppress(wasm.error):
            wasm.call(run, thing, stranger)
        del thing
    wasm.collect()
    assert sum(watch() is not None for watch in watches) < 5


EXTERNREF = ValType.externref()
#: What fails with an object that it is given; the first two are refused before the shim is asked.
FAILING: dict[str, Callable[[Store, Thing], object]] = {
    "no number": lambda store, thing: a_table(store)._core_object.set("1", thing),  # type: ignore[arg-type]
    "a negative index": lambda store, thing: a_table(store)._core_object.set(-1, thing),
    "an index outside": lambda store, thing: a_table(store)._core_object.set(2, thing),
    "growth beyond the maximum": lambda store, thing: a_table(store).grow(store, 10, thing),
    "too large a table": lambda store, thing: Table(store, TableType(EXTERNREF, Limits(100_000_000, None)), thing),
    "a constant": lambda store, thing: Global(store, GlobalType(EXTERNREF, False), None)._core_object.set(thing),
}


def a_table(store: Store) -> Table:
    return Table(store, TableType(EXTERNREF, Limits(0, 2)), None)


@pytest.mark.needs("externref")
@pytest.mark.parametrize("failing", FAILING)
def test_an_operation_that_fails_keeps_no_object(store: Store, failing: str) -> None:
    watches = []
    for _ in range(20):
        thing = Thing()
        watches.append(weakref.ref(thing))
        with pytest.raises((WasmtimeError, OverflowError, TypeError)):
            FAILING[failing](store, thing)
        del thing
    gc.collect()
    assert not any(watch() for watch in watches)


@pytest.mark.needs("externref", "limits")
def test_a_table_that_a_limit_forbids_keeps_no_object(store: Store) -> None:
    store.set_limits(table_elements=5)
    thing = Thing()
    watch = weakref.ref(thing)
    with pytest.raises(WasmtimeError, match="limit"):
        Table(store, TableType(EXTERNREF, Limits(100, None)), thing)
    del thing
    gc.collect()
    assert watch() is None


@pytest.mark.needs("externref")
def test_an_operation_that_succeeds_keeps_its_object(store: Store) -> None:
    """Growing from no elements gives 0, which is no failure."""
    table, variable = a_table(store), Global(store, GlobalType(EXTERNREF, True), None)
    assert table.grow(store, 2, Thing()) == 0
    table.set(store, 1, "one")
    variable.set_value(store, Thing())
    store.gc()
    assert isinstance(table.get(store, 0), Thing)
    assert table.get(store, 1) == "one"
    assert isinstance(variable.value(store), Thing)


@pytest.mark.lacks("externref")
def test_an_engine_without_such_references_keeps_no_object(store: Store) -> None:
    passing = Module(store.engine, '(module (func (export "f") (param externref)))')
    run = Instance(store, passing, []).exports(store)["f"]
    for give in (
        lambda thing: Global(store, GlobalType(EXTERNREF, True), thing),
        lambda thing: Table(store, TableType(EXTERNREF, Limits(1, 2)), thing),
        lambda thing: run(store, thing),
    ):
        thing = Thing()
        watch = weakref.ref(thing)
        with pytest.raises(CapabilityError, match="externref"):
            give(thing)
        del thing
        gc.collect()
        assert watch() is None


@pytest.mark.needs("externref")
def test_values_of_which_one_cannot_be_written_keep_no_object(store: Store) -> None:
    class Unwilling:
        def _core_reference_in(self, store: object) -> object:
            raise LookupError

    thing = Thing()
    watch = weakref.ref(thing)
    types = (values.ValType.EXTERNREF, values.ValType.FUNCREF)
    with pytest.raises(LookupError):
        values.lower_all(store._context(), values.new_slots(store._context(), 2), types, (thing, Unwilling()))
    del thing
    gc.collect()
    assert watch() is None


SMALL_PAGES = '(module (memory (export "m") 100 300 (pagesize 1)) (func (export "size") (result i32) (memory.size)))'


@pytest.mark.needs("memory64")
def test_a_memory_with_64_bit_addresses(wasm: Driver) -> None:
    source = """(module (memory (export "m") i64 1 100)
        (func (export "store") (param i64 i32) (i32.store (local.get 0) (local.get 1)))
        (func (export "grow") (param i64) (result i64) (memory.grow (local.get 0))))"""
    instance = wasm.instantiate(wasm.compile(source))
    memory = wasm.export(instance, "m")
    assert wasm.grow(memory, 2) == 1
    assert wasm.call(wasm.export(instance, "grow"), 1) == 3
    assert wasm.pages(memory) == 4
    wasm.call(wasm.export(instance, "store"), 4 * 65536 - 4, -2)
    assert wasm.read(memory, 4 * 65536 - 4, 4 * 65536) == b"\xfe\xff\xff\xff"
    with pytest.raises(wasm.trap, match="out of bounds"):
        wasm.call(wasm.export(instance, "store"), 1 << 40, 1)
    with pytest.raises(wasm.error):
        wasm.grow(memory, 1 << 30)
    assert wasm.pages(memory) == 4


def test_several_memories(wasm: Driver) -> None:
    source = """(module (memory $a (export "a") 1) (memory $b (export "b") 2)
        (func (export "copy") (memory.copy $b $a (i32.const 70000) (i32.const 10) (i32.const 3))))"""
    instance = wasm.instantiate(wasm.compile(source))
    first, second = wasm.export(instance, "a"), wasm.export(instance, "b")
    wasm.write(first, 10, b"abc")
    wasm.call(wasm.export(instance, "copy"))
    assert wasm.read(second, 70000, 70003) == b"abc"
    assert (wasm.pages(first), wasm.pages(second)) == (1, 2)


def test_an_exported_shared_memory(wasm: Driver) -> None:
    """Both styles show its bytes, also on an engine whose host cannot make one."""
    source = """(module (memory (export "m") 1 2 shared)
        (func (export "put") (i32.store8 (i32.const 5) (i32.const 7))))"""
    if not wasm.validate(bytes(wat2wasm(source))):
        pytest.skip("the engine has no threads")
    try:
        instance = wasm.instantiate(wasm.compile(source))
    except wasm.error as error:
        # Some engines must be told: tests of `Config` do.
        pytest.skip(str(error))
    memory = wasm.export(instance, "m")
    wasm.call(wasm.export(instance, "put"))
    data = memory.data_ptr() if isinstance(memory, SharedMemory) else wasm.buffer(memory)
    assert (data[5], data[6]) == (7, 0)


def test_types_from_a_view_that_python_cannot_read() -> None:
    """The elements of a ctypes array have a format that a memoryview does not support."""
    unreadable = memoryview((ctypes.c_int32 * 2)())
    with pytest.raises(NotImplementedError):
        list(unreadable)
    with pytest.raises(TypeError, match="argument 'params': memoryview: unsupported format"):
        wasmer.FunctionType(unreadable, [])  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="argument 'results': memoryview: unsupported format"):
        wasmer.FunctionType([], unreadable)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="expected ValType"):
        FuncType(unreadable, [])  # type: ignore[arg-type]


def test_floats_out_of_range_are_rounded_to_infinity() -> None:
    for value, rounded in ((1e300, math.inf), (-1e300, -math.inf), (3.5e38, math.inf), (-3.5e38, -math.inf)):
        assert core.round_to_f32(value) == rounded
        assert Val.f32(value).value == rounded


def test_nine_digits_of_a_float() -> None:
    """Some numbers of 32 bits need nine digits."""
    assert repr(wasmer.Value.f32(1.3644169484905433e-05)) == "F32(0.0000136441695)"
    for number in (1.3644169484905433e-05, 16777217.1e-30):
        shown = repr(wasmer.Value.f32(number))[4:-1]
        assert core.round_to_f32(float(shown)) == core.round_to_f32(number)


def test_the_text_of_a_memory_type() -> None:
    texts = [str(core.MemoryType(*limits)) for limits in ((0, 0), (1, None), (0, 3))]
    assert texts == ["(memory 0 0)", "(memory 1)", "(memory 0 3)"]
    assert str(core.TableType(core.ValType.FUNCREF, 0, 0)) == "(table 0 0 funcref)"


def test_the_largest_memory_type_of_32_bits() -> None:
    """All that a 32-bit address reaches. An unbound memory takes no room."""
    memory = wasmer.Memory(wasmer.Store(), wasmer.MemoryType(65536, 65536))
    assert (memory.size, memory.type.maximum) == (65536, 65536)
    for limits, word in (((65537,), "minimum"), ((0, 65537), "maximum")):
        with pytest.raises(RuntimeError, match=f"The {word} requested"):
            wasmer.Memory(wasmer.Store(), wasmer.MemoryType(*limits))


@pytest.mark.needs("v128")
def test_the_default_of_a_vector(on_engine: str) -> None:
    engine = Engine()
    store, linker = Store(engine), Linker(engine)
    source = """(module (import "" "g" (global $g v128)) (import "" "f" (func $f (result v128)))
        (func (export "run") (result i32) (i32x4.extract_lane 0 (v128.or (global.get $g) (call $f)))))"""
    module = Module(engine, source)
    linker.define_unknown_imports_as_default_values(store, module)
    assert linker.instantiate(store, module).exports(store)["run"](store) == 0
    assert linker.get(store, "", "g").value(store) == 0


def test_the_length_of_a_pointer_with_an_offset(store: Store) -> None:
    memory = Memory(store, MemoryType(Limits(1, None)))
    memory.write(store, b"abc", 65533)
    array = memory.get_buffer_ptr(store, offset=65533)
    assert (len(array), bytes(array)) == (3, b"abc")
    assert len(memory.get_buffer_ptr(store, 2, 65533)) == 2


def test_sizes_of_options_are_modulo_the_largest(on_engine: str) -> None:
    config = Config()
    config.memory_guard_size = -1
    config.memory_reservation = (1 << 64) + 5
    assert config._core_options == {"memory_guard_size": (1 << 64) - 1, "memory_reservation": 5}
