"""Objects of different stores, and exports that are looked up by hand."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from typing import Any

import pytest

import anywasm
from anywasm.wasmer import Function, Global, Instance, Memory, MemoryType, Module, Store, Value

USER = """(module (import "env" "f" (func $f (result i32))) (import "env" "m" (memory 1))
    (func (export "run") (result i32) (i32.store (i32.const 0) (call $f)) (i32.load (i32.const 0))))"""
MAKER = '(module (func (export "f") (result i32) (i32.const 7)) (memory (export "m") 1))'


def test_exports_of_one_store_in_another(engine: str) -> None:
    with anywasm.use_engine(engine):
        made = Instance(Module(Store(), MAKER)).exports
        user = Instance(Module(Store(), USER), {"env": {"f": made.f, "m": made.m}})
        assert user.exports.run() == 7
        assert made.m.uint8_view()[0] == 7


def test_a_memory_that_was_used_in_another_store(engine: str) -> None:
    def f() -> int:
        return 9

    with anywasm.use_engine(engine):
        memory = Memory(Store(), MemoryType(1))
        memory.uint8_view()[5] = 1
        user = Instance(Module(Store(), USER), {"env": {"f": Function(Store(), f), "m": memory}})
        assert user.exports.run() == 9
        assert memory.uint8_view()[0] == 9


def test_a_function_of_another_engine_is_called_through_the_host() -> None:
    names = [info.name for info in anywasm.engines() if info.installed]
    stores = [Store(name=name) for name in names]
    inner = Instance(Module(stores[0], MAKER)).exports.f
    for store in stores[1:]:
        memory = Memory(store, MemoryType(1))
        assert Instance(Module(store, USER), {"env": {"f": inner, "m": memory}}).exports.run() == 7


def test_what_cannot_move_is_an_error() -> None:
    names = [info.name for info in anywasm.engines() if info.installed]
    if len(names) < 2:
        pytest.skip("only one engine is installed")
    memory = Memory(Store(name=names[0]), MemoryType(1))
    memory.uint8_view()[0] = 1
    module = Module(Store(name=names[1]), '(module (import "env" "m" (memory 1)))')
    with pytest.raises(RuntimeError, match="another engine store"):
        Instance(module, {"env": {"m": memory}})


def test_constants_are_the_same_in_any_store(engine: str) -> None:
    source = """(module (global (export "base") i64 (i64.const -5)) (global (export "scale") f32 (f32.const 0.5)))"""
    user = """(module (import "env" "base" (global $base i64)) (import "env" "scale" (global $scale f32))
        (import "env" "m" (memory 1)) (func (export "run") (result i64 f32) (global.get $base) (global.get $scale)))"""
    with anywasm.use_engine(engine):
        one, two = (Instance(Module(Store(), source)).exports for _ in range(2))
        memory = Instance(Module(Store(), MAKER)).exports.m
        for scale in (two.scale, Global(Store(), Value.f32(0.5))):
            assert scale.value == 0.5
            given = {"base": one.base, "scale": scale, "m": memory}
            assert Instance(Module(Store(), user), {"env": given}).exports.run() == (-5, 0.5)


BOTH = """(module (import "a" "m" (memory 1)) (import "b" "g" (global $g (mut i32)))
    (func (export "run") (global.set $g (i32.load (i32.const 0)))))"""


def test_what_two_instances_own_goes_together_only_in_one_engine_store(engine: str) -> None:
    with anywasm.use_engine(engine):
        for store in (Store(), Store(together=True)):
            memory = Instance(Module(store, '(module (memory (export "m") 1) (data (i32.const 0) "\\07"))')).exports.m
            counter = Instance(Module(store, '(module (global (export "g") (mut i32) (i32.const 0)))')).exports.g
            given = {"a": {"m": memory}, "b": {"g": counter}}
            if store.together:
                Instance(Module(store, BOTH), given).exports.run()
                assert counter.value == 7
            else:
                with pytest.raises(RuntimeError, match="together=True"):
                    Instance(Module(store, BOTH), given)


def test_a_tag_that_is_imported(engine: str) -> None:
    with anywasm.use_engine(engine):
        store = Store()
        try:
            thrower = Module(store, '(module (tag $t (export "t")) (func (export "f") (throw $t)))')
        except RuntimeError:
            pytest.skip(f"{engine} has no exceptions")
        made = Instance(thrower).exports
        catcher = """(module (import "a" "t" (tag $t)) (import "a" "f" (func $f))
            (func (export "run") (result i32)
                (block $caught (try_table (catch $t $caught) (call $f)) (return (i32.const 1)))
                (i32.const 2)))"""
        assert Instance(Module(store, catcher), {"a": {"t": made.t, "f": made.f}}).exports.run() == 2


def test_getattribute_called_by_hand(engine: str) -> None:
    with anywasm.use_engine(engine):
        exports = Instance(Module(Store(), MAKER)).exports
        assert exports.__getattribute__("f")() == 7
        with pytest.raises(LookupError, match="Export `g` does not exist"):
            exports.__getattribute__("g")


def test_a_global_that_is_used_before_it_is_imported_can_go_anywhere(engine: str) -> None:
    source = """(module (import "env" "g" (global $g (mut f32))) (import "env" "m" (memory 1))
        (func (export "get") (result f32) (global.get $g))
        (func (export "set") (param f32) (global.set $g (local.get 0))))"""
    with anywasm.use_engine(engine):
        variable = Global(Store(), Value.f32(1.5), mutable=True)
        variable.value = 0.1
        with pytest.raises(TypeError):
            variable.value = "text"
        rounded = variable.value
        assert rounded == pytest.approx(0.1)
        assert rounded != 0.1
        exports = Instance(
            Module(Store(), source), {"env": {"g": variable, "m": Instance(Module(Store(), MAKER)).exports.m}}
        ).exports
        assert exports.get() == rounded
        exports.set(2.5)
        assert variable.value == 2.5
        variable.value = -1.0
        assert exports.get() == -1.0


def test_a_memory_that_is_looked_at_before_it_is_imported_can_go_anywhere(engine: str) -> None:
    source = """(module (import "env" "m" (memory 1)) (import "env" "g" (global $g (mut i32)))
        (func (export "size") (result i32) (memory.size)))"""
    owner = '(module (global (export "g") (mut i32) (i32.const 1)))'
    with anywasm.use_engine(engine):
        memory = Memory(Store(), MemoryType(3, 5))
        assert (memory.size, memory.data_size, memory.type.minimum) == (3, 3 * 65536, 3)
        given = {"m": memory, "g": Instance(Module(Store(), owner)).exports.g}
        assert Instance(Module(Store(), source), {"env": given}).exports.size() == 3
        assert (memory.grow(2), memory.size) == (3, 5)


def written(store: Store, number: int = 1) -> Memory:
    """A memory that has been used, so that it lives somewhere."""
    memory = Memory(store, MemoryType(1))
    memory.uint8_view()[0] = number
    return memory


def constant(number: int) -> Callable[[], int]:
    def f() -> int:
        return number

    return f


def test_instances_with_written_memories_do_not_keep_each_other(engine: str) -> None:
    with anywasm.use_engine(engine):
        store = Store()
        module = Module(store, USER)
        functions: list[weakref.ref[Callable[[], int]]] = []
        for number in range(20):
            f = constant(number)
            # The names are bound again one by one, so that each round begins while the last one's objects are in use.
            memory = written(store)
            instance = Instance(module, {"env": {"f": Function(store, f), "m": memory}})
            assert instance.exports.run() == number
            functions.append(weakref.ref(f))
        gc.collect()
        assert [each() is not None for each in functions] == [False] * 19 + [True]
        assert memory.uint8_view()[0] == 19


def test_what_is_used_and_dropped_goes_though_its_store_stays(engine: str) -> None:
    def use(store: Store) -> weakref.ref[Any]:
        def f() -> int:
            return 3

        assert Function(store, f)() == 3
        written(store)
        return weakref.ref(f)

    with anywasm.use_engine(engine):
        store = Store()
        functions = [use(store) for _ in range(3)]
        gc.collect()
        assert [each() for each in functions] == [None] * 3


def test_written_memories_can_be_used_with_the_same_global(engine: str) -> None:
    source = """(module (import "env" "m" (memory 1)) (import "env" "g" (global $g (mut i32)))
        (func (export "add") (global.set $g (i32.add (global.get $g) (i32.load8_u (i32.const 0))))))"""
    with anywasm.use_engine(engine):
        store = Store()
        module, total = Module(store, source), Global(store, Value.i32(0), mutable=True)
        for number in (1, 2, 3):
            Instance(module, {"env": {"m": written(store, number), "g": total}}).exports.add()
        assert total.value == 6


def test_written_memories_can_be_used_with_the_same_exported_global(engine: str) -> None:
    first = """(module (import "env" "m" (memory 1)) (global (export "g") (mut i32) (i32.const 5)))"""
    second = """(module (import "env" "m" (memory 1)) (import "env" "g" (global $g (mut i32)))
        (func (export "sum") (result i32) (i32.add (global.get $g) (i32.load8_u (i32.const 0)))))"""
    with anywasm.use_engine(engine):
        store = Store()
        shared = Instance(Module(store, first), {"env": {"m": written(store)}}).exports.g
        given = {"m": written(store, 2), "g": shared}
        assert Instance(Module(store, second), {"env": given}).exports.sum() == 7


def test_together_stays_together(engine: str) -> None:
    both = """(module (import "env" "m" (memory 1)) (import "env" "g" (global $g (mut i32)))
        (func (export "sum") (result i32) (i32.add (global.get $g) (i32.load8_u (i32.const 0)))))"""
    with anywasm.use_engine(engine):
        store = Store(together=True)
        owner = Instance(Module(store, '(module (global (export "g") (mut i32) (i32.const 5)))')).exports
        Instance(Module(store, USER), {"env": {"f": Function(store, constant(1)), "m": written(store)}})
        assert Instance(Module(store, both), {"env": {"m": written(store, 2), "g": owner.g}}).exports.sum() == 7


def test_options_are_those_of_the_engine(on_engine: str) -> None:
    plain, without = Store(), Store(options={"wasm_multi_value": False})
    two = '(module (func (export "two") (result i32 i32) i32.const 1 i32.const 2))'
    assert Instance(Module(plain, two)).exports.two() == (1, 2)
    with pytest.raises(RuntimeError, match="multi-value"):
        Module(without, two)
    # Another store with the same options shares its engine: what is compiled for one serves the other.
    again = Store(options={"wasm_multi_value": False})
    made = Instance(Module(without, MAKER)).exports
    assert Instance(Module(again, USER), {"env": {"f": made.f, "m": made.m}}).exports.run() == 7


def test_wrong_options_are_errors(on_engine: str) -> None:
    with pytest.raises(RuntimeError, match="there is no option `warp`; there are wasm_threads"):
        Store(options={"warp": True})
    with pytest.raises(RuntimeError, match="the option `wasm_simd` cannot be `maybe`; it can be true or false"):
        Store(options={"wasm_simd": "maybe"})


@pytest.mark.lacks("fuel")
def test_options_that_the_engine_cannot_honour_are_refused(on_engine: str) -> None:
    with pytest.raises(anywasm.CapabilityError, match=r"`fuel`.*the option `consume_fuel`"):
        Store(options={"consume_fuel": True})
