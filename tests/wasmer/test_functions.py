"""Host functions in the stores of instances: made once each, and collected with them."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import pytest

import anywasm
import children
from anywasm.wasmer import Function, FunctionType, Instance, Module, Store, Type

FUNCS = """(module (table 10 funcref)
    (func (export "put") (param i32 funcref) (table.set (local.get 0) (local.get 1)))
    (func (export "call") (param i32) (result i32) (call_indirect (result i32) (local.get 0))))"""
ANSWER = FunctionType([], [Type.I32])


def made_in(instance: Instance) -> int:
    """How many host functions the instance's store holds."""
    return len(instance.exports.put._core_store._core_state.callables)


def test_a_host_function_is_passed_as_a_reference_many_times(engine: str) -> None:
    with anywasm.use_engine(engine):
        instance = Instance(Module(Store(), FUNCS))
        one, two = (Function(Store(), lambda value=value: value, ANSWER) for value in (1, 2))
        for index in range(100):
            instance.exports.put(index % 10, (one, two)[index % 2])
        assert [instance.exports.call(index) for index in range(4)] == [1, 2, 1, 2]
        assert made_in(instance) == 2


def test_a_function_of_another_store_is_passed_many_times(engine: str) -> None:
    with anywasm.use_engine(engine):
        instance = Instance(Module(Store(), FUNCS))
        other = Instance(Module(Store(), '(module (func (export "f") (result i32) (i32.const 7)))')).exports.f
        for index in range(10):
            instance.exports.put(index, other)
        assert instance.exports.call(9) == 7
        assert made_in(instance) == 1


def test_one_callable_with_two_types(engine: str) -> None:
    def function(*args: int) -> int:
        return len(args)

    with anywasm.use_engine(engine):
        store = Store()
        given = {
            "none": Function(store, function, ANSWER),
            "one": Function(store, function, FunctionType([Type.I32], [Type.I32])),
        }
        source = """(module (import "env" "none" (func $none (result i32)))
            (import "env" "one" (func $one (param i32) (result i32)))
            (func (export "run") (result i32 i32) (call $none) (call $one (i32.const 5))))"""
        assert Instance(Module(store, source), {"env": given}).exports.run() == (0, 1)


class Guest:
    """A host object that is called by its own instance, and refers to it."""

    def __init__(self) -> None:
        store = Store()
        self.function = Function(store, self.answer, ANSWER)
        source = """(module (import "env" "f" (func $f (result i32))) (memory (export "memory") 1)
            (func (export "run") (result i32) (call $f)))"""
        self.instance = Instance(Module(store, source), {"env": {"f": self.function}})

    def answer(self) -> int:
        return int(self.instance.exports.memory.size) + 41


def test_a_host_closure_that_refers_to_its_instance_is_collected(engine: str) -> None:
    with anywasm.use_engine(engine):
        guests: list[Any] = [Guest() for _ in range(10)]
        assert [guest.instance.exports.run() for guest in guests] == [42] * 10
        alive = [weakref.ref(each) for guest in guests for each in (guest, guest.function)]
        del guests
        gc.collect()
        assert [each() for each in alive] == [None] * 20


@pytest.mark.slow
def test_many_guests_leave_the_memory_flat(engine: str) -> None:
    code = """
        import gc
        from test_functions import Guest
        def resident():
            with open("/proc/self/statm") as file:
                return int(file.read().split()[1]) * 4096
        def rounds(count):
            for _ in range(count):
                assert Guest().instance.exports.run() == 42
            gc.collect()
        rounds(1500)
        before = resident()
        rounds(1500)
        print((resident() - before) >> 10)
    """
    assert int(children.run(engine, code)) < 5 * 1024
