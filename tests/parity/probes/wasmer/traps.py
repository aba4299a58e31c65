"""Traps and their texts."""

from wasmer import Function, FunctionType, Instance, Module, Store

store = Store()


def run(body, before="", module=""):
    source = f'(module {module} {before} (func $run (export "run") (result i32) {body}))'
    return Instance(Module(store, source)).exports.run()


TABLE = "(type $t (func (param i64))) (table 2 funcref) (elem (i32.const 0) $run)"

run("unreachable")
run("unreachable", module="$named")
run("(i32.div_s (i32.const 1) (i32.const 0))")
run("(i32.div_u (i32.const 1) (i32.const 0))")
run("(i32.rem_s (i32.const 1) (i32.const 0))")
run("(i32.wrap_i64 (i64.div_s (i64.const 1) (i64.const 0)))")
run("(i32.div_s (i32.const 0x80000000) (i32.const -1))")
run("(i32.trunc_f64_s (f64.const nan))")
run("(i32.trunc_f64_s (f64.const 1e10))")
run("(i32.trunc_f32_u (f32.const -5))")
run("(i32.load (i32.const 65533))", "(memory 1)")
run("(i32.load offset=4294967295 (i32.const 1))", "(memory 1)")
run("(i32.store (i32.const -1) (i32.const 1)) (i32.const 1)", "(memory 1)")
run("(memory.fill (i32.const 65530) (i32.const 1) (i32.const 100)) (i32.const 1)", "(memory 1)")
run("(call_indirect (result i32) (i32.const 5))", TABLE)
run("(call_indirect (result i32) (i32.const 1))", TABLE)
run("(call_indirect (type $t) (i64.const 1) (i32.const 0)) (i32.const 1)", TABLE)
run("(table.get 0 (i32.const 9)) drop (i32.const 1)", TABLE)
run("(call $inner) (i32.const 1)", "(func $inner unreachable)", "$outer")
run("(call $f) (i32.const 1)", "(func $f (call $g)) (func $g (call $h)) (func $h nop unreachable)", "$deep")
str(Instance(Module(store, '(module (func (export "f") (call 1)) (func unreachable))')).exports.f())


def recursive():
    """The first line only: how deep a stack is depends on the engine."""
    source = '(module (func $f (export "f") (call $f)))'
    try:
        Instance(Module(store, source)).exports.f()
    except RuntimeError as error:
        return str(error).splitlines()[0]


def through_the_host():
    trap = Instance(Module(store, '(module $in (func $in (export "f") unreachable))')).exports.f
    source = '(module $out (import "" "" (func $f)) (func $out (export "f") (call $f)))'
    function = Function(store, lambda: trap(), FunctionType([], []))
    return Instance(Module(store, source), {"": {"": function}}).exports.f()


def through_an_instance():
    inner = Instance(Module(store, '(module $in (func $in (export "f") unreachable))')).exports.f
    source = '(module $out (import "" "" (func $f)) (func $out (export "f") (call $f)))'
    return Instance(Module(store, source), {"": {"": inner}}).exports.f()


def again():
    """A trap leaves the instance usable."""
    source = """(module (global $g (mut i32) (i32.const 0))
      (func (export "f") (param i32) (result i32)
        (global.set $g (i32.add (global.get $g) (i32.const 1)))
        (if (local.get 0) (then unreachable)) (global.get $g)))"""
    f = Instance(Module(store, source)).exports.f
    try:
        f(1)
    except RuntimeError:
        return f(0)


recursive()
through_the_host()
through_an_instance()
again()
Instance(Module(store, "(module $m (func $s unreachable) (start $s))"))
