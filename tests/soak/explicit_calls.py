"""Calls, host functions and traps in the explicit style."""

from __future__ import annotations

import copy
import pickle
from functools import partial
from typing import Any

from anywasm.wasmtime import (
    Caller,
    Engine,
    ExitTrap,
    Frame,
    Func,
    FuncType,
    Instance,
    Linker,
    Module,
    Store,
    Trap,
    TrapCode,
    Val,
    WasiConfig,
    WasmtimeError,
)
from explicit_base import EXTERNREF, FUNCREF, I32_TO_I32, OPERATIONS, calls, compiled, engine_with, run_of
from operations import EXCEPTIONS, HELLO, SIMPLE, SLOW, TRAPS, Round, callback, identity, in_a_thread, raises, use


@OPERATIONS.add()
def a_call_with_i32() -> Round:
    return calls(identity("i32"), 5)


@OPERATIONS.add()
def a_call_with_i64() -> Round:
    return calls(identity("i64"), 2**62)


@OPERATIONS.add()
def a_call_with_f32() -> Round:
    return calls(identity("f32"), 0.1)


@OPERATIONS.add()
def a_call_with_f64() -> Round:
    return calls(identity("f64"), 0.1)


@OPERATIONS.add("v128")
def a_call_with_v128() -> Round:
    store = Store()
    run = run_of(store, identity("v128"))
    return lambda number: run(store, number << 64)


@OPERATIONS.add()
def a_call_with_several_results() -> Round:
    return calls(identity("i32 i64 f32 f64"), 1, Val.i64(2), Val.f32(3.0), 4.0)


@OPERATIONS.add()
def a_call_with_wrong_arguments() -> Round:
    store = Store()
    run = run_of(store, identity("i32"))

    def one_round(_: int) -> None:
        raises(WasmtimeError, lambda: run(store))
        raises(TypeError, lambda: run(store, "1"))
        raises(WasmtimeError, lambda: run(Store(store.engine), 1))

    return one_round


@OPERATIONS.add("funcref")
def a_call_with_a_funcref_of_the_same_function() -> Round:
    store = Store()
    run = run_of(store, identity("funcref"))
    return lambda _: run(store, run)


@OPERATIONS.add("funcref")
def a_call_with_a_null_funcref() -> Round:
    return calls(identity("funcref"), None)


@OPERATIONS.add("funcref")
def a_call_that_returns_a_funcref() -> Round:
    return calls('(module (func $f (export "run") (result funcref) (ref.func $f)) (elem declare func $f))')


@OPERATIONS.add("funcref", "funcref_call")
def a_call_of_a_returned_funcref() -> Round:
    store = Store()
    run = run_of(
        store,
        "(module (func $f (result i32) (i32.const 3)) (elem declare func $f)"
        ' (func (export "run") (result funcref) (ref.func $f)))',
    )

    def one_round(_: int) -> None:
        assert run(store)(store) == 3

    return one_round


@OPERATIONS.add("externref")
def a_call_with_new_externrefs() -> Round:
    store = Store()
    run = run_of(store, identity("externref"))

    def one_round(number: int) -> None:
        value = [number]
        assert run(store, value) is value

    return one_round


@OPERATIONS.add("externref")
def a_call_with_new_externrefs_collected_at_once() -> Round:
    store = Store()
    run = run_of(store, identity("externref"))

    def one_round(number: int) -> None:
        run(store, [number])
        store.gc()

    return one_round


@OPERATIONS.add("externref")
def a_call_with_the_same_externref() -> Round:
    return calls(identity("externref"), object())


# Host functions


def with_host(params: str, results: str, function: Any, *args: Any, access_caller: bool = False) -> Round:
    store = Store()
    module = Module(store.engine, callback(params, results))
    host = Func(store, module.imports[0].type, function, access_caller)  # type: ignore[arg-type]
    run = Instance(store, module, [host]).exports(store)["run"]
    return lambda _: run(store, *args)


@OPERATIONS.add()
def a_host_function_with_numbers() -> Round:
    return with_host("i32 i64 f32 f64", "f64", lambda *numbers: float(sum(numbers)), 1, 2, 3.0, 4.0)


@OPERATIONS.add()
def a_host_function_with_several_results() -> Round:
    return with_host("i32", "i32 f64", lambda value: [value, 0.5], 1)


@OPERATIONS.add("v128")
def a_host_function_with_v128() -> Round:
    return with_host("v128", "v128", lambda value: value, 1 << 100)


@OPERATIONS.add("externref")
def a_host_function_with_externref() -> Round:
    store = Store()
    module = Module(store.engine, callback("externref", "externref"))
    host = Func(store, FuncType([EXTERNREF], [EXTERNREF]), lambda value: [value])
    run = Instance(store, module, [host]).exports(store)["run"]

    def one_round(number: int) -> None:
        assert run(store, str(number)) == [str(number)]

    return one_round


@OPERATIONS.add("funcref")
def a_host_function_with_funcref() -> Round:
    store = Store()
    module = Module(store.engine, callback("funcref", "funcref"))
    host = Func(store, FuncType([FUNCREF], [FUNCREF]), lambda value: value)
    run = Instance(store, module, [host]).exports(store)["run"]
    return lambda _: run(store, run)


@OPERATIONS.add()
def a_host_function_that_looks_at_its_caller() -> Round:
    def look(caller: Caller, value: int) -> int:
        memory = caller["memory"]
        memory.write(caller, b"seen")
        assert caller.get("none") is None
        return len(memory.read(caller, 0, 4)) + value

    return with_host("i32", "i32", look, 1, access_caller=True)


@OPERATIONS.add()
def a_host_function_that_calls_a_guest() -> Round:
    store = Store()
    inner = run_of(store, identity("i32"))
    module = Module(store.engine, callback("i32", "i32"))
    host = Func(store, I32_TO_I32, lambda value: inner(store, value))
    run = Instance(store, module, [host]).exports(store)["run"]
    return lambda _: run(store, 5)


@OPERATIONS.add()
def a_host_function_that_raises() -> Round:
    def fail(value: int) -> int:
        raise LookupError(value)

    store = Store()
    module = Module(store.engine, callback("i32", "i32"))
    run = Instance(store, module, [Func(store, I32_TO_I32, fail)]).exports(store)["run"]
    return lambda number: raises(LookupError, lambda: run(store, number))


@OPERATIONS.add()
def a_host_function_that_traps() -> Round:
    def fail() -> None:
        raise Trap("enough")

    store = Store()
    module = Module(store.engine, callback(""))
    run = Instance(store, module, [Func(store, FuncType([], []), fail)]).exports(store)["run"]
    return lambda _: raises(Trap, lambda: run(store))


@OPERATIONS.add()
def a_host_function_that_returns_nonsense() -> Round:
    store = Store()
    module = Module(store.engine, callback("i32", "i32"))
    run = Instance(store, module, [Func(store, I32_TO_I32, lambda value: "text")]).exports(store)["run"]
    return lambda _: raises((TypeError, WasmtimeError, Trap), lambda: run(store, 1))


# Threads


@OPERATIONS.add(rounds=SLOW)
def a_call_in_a_new_thread() -> Round:
    store = Store()
    run = run_of(store, identity("i32"))
    return lambda number: in_a_thread(lambda: run(store, number))


@OPERATIONS.add(rounds=SLOW)
def a_trap_in_a_new_thread() -> Round:
    store = Store()
    fail = Instance(store, Module(store.engine, TRAPS), []).exports(store)["unreachable"]
    return lambda _: in_a_thread(lambda: raises(Trap, lambda: fail(store)))


@OPERATIONS.add(rounds=SLOW)
def a_host_function_that_raises_in_a_new_thread() -> Round:
    def fail() -> None:
        raise LookupError

    store = Store()
    run = run_of(store, callback(""), Func(store, FuncType([], []), fail))
    return lambda _: in_a_thread(lambda: raises(LookupError, lambda: run(store)))


@OPERATIONS.add(rounds=SLOW)
def a_store_made_in_a_new_thread_and_dropped_in_another() -> Round:
    engine = Engine()
    module = Module(engine, SIMPLE)
    held: list[Any] = []

    def make() -> None:
        store = Store(engine)
        held.append(Instance(store, module, []).exports(store)["run"])
        held[0](store)

    def one_round(_: int) -> None:
        in_a_thread(make)
        in_a_thread(held.clear)

    return one_round


# Traps and errors


@OPERATIONS.add()
def traps() -> Round:
    store = Store()
    exports = Instance(store, Module(store.engine, TRAPS), []).exports(store)
    functions = [exports[name] for name in ("unreachable", "bounds", "division", "indirect")]

    def one_round(_: int) -> None:
        for function in functions:
            trap = raises(Trap, partial(function, store))
            assert isinstance(trap, Trap)
            assert isinstance(trap.trap_code, TrapCode)
            assert trap.message == str(trap)
            for frame in trap.frames:
                assert isinstance(frame, Frame)
                use(frame.func_index, frame.func_name, frame.module_name)
                use(frame.func_offset, frame.module_offset)
            trap.close()

    return one_round


@OPERATIONS.add(rounds=SLOW)
def a_trap_by_recursion() -> Round:
    store = Store()
    recursion = Instance(store, Module(store.engine, TRAPS), []).exports(store)["recursion"]
    return lambda _: raises(Trap, lambda: recursion(store))


@OPERATIONS.add()
def errors_copied_and_pickled() -> Round:
    store = Store()
    exports = Instance(store, Module(store.engine, TRAPS), []).exports(store)
    trap = raises(Trap, lambda: exports["unreachable"](store))

    def one_round(number: int) -> None:
        for error in (trap, WasmtimeError(str(number)), Trap(str(number))):
            assert str(copy.copy(error)) == str(pickle.loads(pickle.dumps(error))) == str(error)

    return one_round


@OPERATIONS.add(rounds=SLOW)
def an_exit_of_a_program() -> Round:
    engine = Engine()
    module, linker = Module(engine, HELLO), Linker(engine)
    linker.define_wasi()
    store = Store(engine)
    store.set_wasi(WasiConfig())
    leave = linker.instantiate(store, module).exports(store)["exit"]

    def one_round(_: int) -> None:
        error = raises(ExitTrap, lambda: leave(store))
        assert isinstance(error, ExitTrap)
        assert error.code == 3

    return one_round


@OPERATIONS.add()
def an_exception_that_a_guest_catches() -> Round:
    store = Store()
    caught = Instance(store, compiled(store.engine, EXCEPTIONS), []).exports(store)["caught"]
    return lambda _: caught(store)


@OPERATIONS.add()
def an_exception_that_no_guest_catches() -> Round:
    store = Store()
    thrown = Instance(store, compiled(store.engine, EXCEPTIONS), []).exports(store)["thrown"]
    return lambda _: raises((Trap, WasmtimeError), lambda: thrown(store))


@OPERATIONS.add("fuel")
def a_trap_without_fuel() -> Round:
    engine = engine_with(consume_fuel=True)
    store = Store(engine)
    run = run_of(store, SIMPLE)
    return lambda _: raises(Trap, lambda: run(store))
