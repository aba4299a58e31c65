"""Traps: codes, texts, frames."""

from wasmtime import Engine, Func, FuncType, Instance, Module, Store, Trap

engine = Engine()


def trap(fields, *args, host=None):
    """What calling the export `f` of a module raises, in a store of its own."""
    store = Store(engine)
    imports = [Func(store, FuncType([], []), host)] if host else []
    instance = Instance(store, Module(engine, f"(module {fields})"), imports)
    try:
        return instance.exports(store)["f"](store, *args)
    except Trap as caught:
        return caught


def code(*args):
    return trap(*args).trap_code


def frames(caught):
    return [(each.func_index, each.func_name, each.module_name) for each in caught.frames]


def offsets(caught):
    return [(each.func_offset, each.module_offset) for each in caught.frames]


DEEP = '$named (func $inner unreachable) (func (call $inner)) (func $outer (export "f") (call 1))'
UNREACHABLE = '(func (export "f") unreachable)'
DIVIDE = '(func (export "f") (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1)))'
TRUNCATE = '(func (export "f") (param f64) (result i32) (i32.trunc_f64_s (local.get 0)))'
LOAD = '(memory 1) (func (export "f") (param i32) (result i32) (i32.load (local.get 0)))'
INDIRECT = """(table 2 funcref) (elem (i32.const 0) $other) (func $other (result i64) (i64.const 1))
    (func (export "f") (param i32) (call_indirect (local.get 0)))"""
RECURSE = '(func $recurse (export "f") (call $recurse))'
HOST = '(import "" "" (func)) (func (export "f") (call 0))'

code(UNREACHABLE)
code(DIVIDE, 1, 0)
code(DIVIDE, -(2**31), -1)
code(TRUNCATE, 1e300)
code(TRUNCATE, float("nan"))
code(LOAD, 65536)
code(LOAD, -1)
code(INDIRECT, 0)
code(INDIRECT, 1)
code(INDIRECT, 2)
code(RECURSE)
str(trap(UNREACHABLE))
trap(UNREACHABLE).message == str(trap(UNREACHABLE))
trap(UNREACHABLE).args
repr(trap(UNREACHABLE))
str(trap(DIVIDE, 1, 0))
str(trap(DIVIDE, -(2**31), -1))
str(trap(TRUNCATE, 1e300))
str(trap(TRUNCATE, float("nan")))
str(trap(LOAD, 70000)).split(": ")[-1].strip()
str(trap(INDIRECT, 0))
str(trap(INDIRECT, 1))
str(trap(INDIRECT, 2))
str(trap(DEEP))
frames(trap(DEEP))
offsets(trap(DEEP))
len(trap(RECURSE).frames) <= 20
type(trap(DEEP).frames).__name__
type(trap(DEEP).frames[0]).__name__
trap(DEEP).frames[0].ptr() is not None


def fail():
    raise Trap("by hand")


str(trap(HOST, host=fail))
trap(HOST, host=fail).trap_code
trap(HOST, host=fail).frames
closed = trap(DEEP)
closed.close()
closed.message
closed.frames
