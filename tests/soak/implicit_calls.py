"""Calls, host functions and traps in the implicit style."""

from __future__ import annotations

from typing import Any

from anywasm.wasmer import Function, FunctionType, Instance, Module, Store, Type
from anywasm.wasmer.wasi import StateBuilder, Version
from implicit_base import I32_TO_I32, OPERATIONS, calls, compiled, exports_of
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
    run = exports_of(identity("v128")).run
    return lambda number: run(number << 64)


@OPERATIONS.add()
def a_call_with_several_results() -> Round:
    return calls(identity("i32 i64 f32 f64"), 1, 2, 3.0, 4.0)


@OPERATIONS.add()
def a_call_with_wrong_arguments() -> Round:
    run = exports_of(identity("i32")).run

    def one_round(_: int) -> None:
        raises(RuntimeError, lambda: run())
        raises(TypeError, lambda: run("1"))

    return one_round


@OPERATIONS.add("funcref")
def a_call_with_a_funcref_of_the_same_function() -> Round:
    run = exports_of(identity("funcref")).run
    return lambda _: run(run)


@OPERATIONS.add("funcref")
def a_call_with_a_null_funcref() -> Round:
    return calls(identity("funcref"), None)


@OPERATIONS.add("funcref")
def a_call_with_a_funcref_of_another_instance() -> Round:
    store = Store()
    run = exports_of(identity("funcref"), store=store).run
    other = exports_of(identity("i32"), store=store).run
    return lambda _: run(other)


@OPERATIONS.add("funcref")
def a_call_that_returns_a_funcref() -> Round:
    return calls('(module (func $f (export "run") (result funcref) (ref.func $f)) (elem declare func $f))')


@OPERATIONS.add("externref")
def a_call_with_new_externrefs() -> Round:
    run = exports_of(identity("externref")).run

    def one_round(number: int) -> None:
        value = [number]
        assert run(value) is value

    return one_round


@OPERATIONS.add("externref")
def a_call_with_the_same_externref() -> Round:
    return calls(identity("externref"), object())


# Host functions


def with_host(ty: FunctionType, params: str, results: str, function: Any, *args: Any) -> Round:
    store = Store()
    run = exports_of(callback(params, results), {"f": Function(store, function, ty)}, store).run
    return lambda _: run(*args)


@OPERATIONS.add()
def a_host_function_with_numbers() -> Round:
    ty = FunctionType([Type.I32, Type.I64, Type.F32, Type.F64], [Type.F64])
    return with_host(ty, "i32 i64 f32 f64", "f64", lambda *numbers: float(sum(numbers)), 1, 2, 3.0, 4.0)


@OPERATIONS.add()
def a_host_function_with_several_results() -> Round:
    ty = FunctionType([Type.I32], [Type.I32, Type.F64])
    return with_host(ty, "i32", "i32 f64", lambda value: (value, 0.5), 1)


@OPERATIONS.add("v128")
def a_host_function_with_v128() -> Round:
    return with_host(FunctionType([Type.V128], [Type.V128]), "v128", "v128", lambda value: value, 1 << 100)


@OPERATIONS.add("externref")
def a_host_function_with_externref() -> Round:
    store, ty = Store(), FunctionType([Type.EXTERN_REF], [Type.EXTERN_REF])
    host = Function(store, lambda value: [value], ty)
    run = exports_of(callback("externref", "externref"), {"f": host}, store).run

    def one_round(number: int) -> None:
        assert run(str(number)) == [str(number)]

    return one_round


@OPERATIONS.add("funcref")
def a_host_function_with_funcref() -> Round:
    store, ty = Store(), FunctionType([Type.FUNC_REF], [Type.FUNC_REF])
    run = exports_of(callback("funcref", "funcref"), {"f": Function(store, lambda value: value, ty)}, store).run
    return lambda _: run(run)


@OPERATIONS.add()
def a_host_function_that_calls_a_guest() -> Round:
    inner = exports_of(identity("i32")).run
    return with_host(I32_TO_I32, "i32", "i32", lambda value: inner(value), 5)


@OPERATIONS.add()
def a_host_function_that_raises() -> Round:
    def fail(value: int) -> int:
        raise LookupError(value)

    store = Store()
    run = exports_of(callback("i32", "i32"), {"f": Function(store, fail, I32_TO_I32)}, store).run
    return lambda number: raises((LookupError, RuntimeError), lambda: run(number))


@OPERATIONS.add()
def a_host_function_that_returns_nonsense() -> Round:
    store = Store()
    run = exports_of(callback("i32", "i32"), {"f": Function(store, lambda value: "text", I32_TO_I32)}, store).run
    return lambda _: raises((TypeError, RuntimeError), lambda: run(1))


# Threads


@OPERATIONS.add(rounds=SLOW)
def a_call_in_a_new_thread() -> Round:
    run = exports_of(identity("i32")).run
    return lambda number: in_a_thread(lambda: run(number))


@OPERATIONS.add(rounds=SLOW)
def an_instance_made_in_a_new_thread_and_dropped_in_another() -> Round:
    module = Module(Store(), SIMPLE)
    held: list[Any] = []

    def one_round(_: int) -> None:
        in_a_thread(lambda: held.append(Instance(module).exports.run))
        in_a_thread(lambda: held[0]())
        in_a_thread(held.clear)

    return one_round


# Traps


@OPERATIONS.add()
def traps() -> Round:
    exports = exports_of(TRAPS)
    functions = [exports.unreachable, exports.bounds, exports.division, exports.indirect]

    def one_round(_: int) -> None:
        for function in functions:
            use(str(raises(RuntimeError, function)))

    return one_round


@OPERATIONS.add(rounds=SLOW)
def a_trap_by_recursion() -> Round:
    recursion = exports_of(TRAPS).recursion
    return lambda _: raises(RuntimeError, recursion)


@OPERATIONS.add(rounds=SLOW)
def an_exit_of_a_program() -> Round:
    store = Store()
    imports = StateBuilder("program").finalize().generate_import_object(store, Version.LATEST)
    leave = Instance(Module(store, HELLO), imports).exports.exit
    return lambda _: raises(RuntimeError, leave)


@OPERATIONS.add()
def an_exception_that_a_guest_catches() -> Round:
    caught = Instance(compiled(Store(), EXCEPTIONS)).exports.caught
    return lambda _: caught()


@OPERATIONS.add()
def an_exception_that_no_guest_catches() -> Round:
    thrown = Instance(compiled(Store(), EXCEPTIONS)).exports.thrown
    return lambda _: raises(RuntimeError, thrown)
