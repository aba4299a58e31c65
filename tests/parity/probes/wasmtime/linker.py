"""`Linker` and `InstancePre`."""

from wasmtime import (
    Engine,
    Func,
    FuncType,
    Global,
    GlobalType,
    InstancePre,
    Limits,
    Linker,
    Memory,
    MemoryType,
    Module,
    Store,
    ValType,
)

engine = Engine()
store, other = Store(engine), Store(engine)
foreign = Store(Engine())
NOTHING = FuncType([], [])
one = Global(store, GlobalType(ValType.i32(), False), 1)
ticks = []


def module(fields):
    return Module(engine, f"(module {fields})")


def new(**functions):
    """A linker with these functions in its module `env`."""
    linker = Linker(engine)
    for name, function in functions.items():
        linker.define_func("env", name, NOTHING, function)
    return linker


def tick():
    ticks.append(1)


def result(call):
    before = len(ticks)
    value = call()
    return value, len(ticks) - before


def defining(fields, *names, linker=None):
    """Defines a module, and calls what it exports."""
    linker = linker or new(tick=tick)
    linker.define_module(store, "m", module(fields))
    return [linker.get(store, "m", name)(store) for name in names]


COUNT = """(import "env" "tick" (func $tick)) (global $g (mut i32) (i32.const 0)) (memory (export "memory") 1)
    (func (export "count") (result i32) (global.set $g (i32.add (global.get $g) (i32.const 1))) (global.get $g))"""
COMMAND = COUNT + '(func (export "_start") (call $tick)) (func $go (call $tick)) (start $go)'
REACTOR = COUNT + '(func (export "_initialize") (call $tick))'
caller = module('(import "env" "f" (func $f)) (func (export "run") (call $f))')
linker = new(f=lambda: None)
instance = linker.instantiate(store, caller)

Linker(5)
Linker()
Linker(engine).engine is engine
linker.instantiate(store, caller).exports(store)["run"](store)
new().instantiate(store, caller)
new().instantiate(store, 5)
new().instantiate(5, caller)
new().instantiate(store, module('(import "a" "b" (func)) (import "a" "c" (func))'))
linker.define_func("env", "f", NOTHING, lambda: None)
linker.define(store, "env", "f", one)
linker.define_func("env", "g", 5, lambda: None)
linker.define_func(1, "g", NOTHING, lambda: None)
linker.define_func("env", 1, NOTHING, lambda: None)
linker.define_func("env", "nul\0", NOTHING, lambda: None)
linker.define_func("\ud800", "x", NOTHING, lambda: None)
linker.define_func("env", "uncallable", NOTHING, 5)
linker.get(store, "env", "uncallable")(store)
linker.define_func(module="env", name="kw", ty=NOTHING, func=lambda: None, access_caller=False)
linker.define(store, "a", "b", 5)
linker.define(5, "a", "b", one)
linker.define(store, "a", 5, one)
linker.define(store=store, module="a", name="b", item=one)
linker.get(store, "a", "b").value(store)
linker.get(store, "a", "zz")
linker.get(store, 5, "zz")
linker.get(5, "a", "b")
linker.get(store, "env", "f")(store)
linker.get(other, "env", "f")(other)
shadowing = new(f=lambda: None)
shadowing.allow_shadowing = True
shadowing.define_func("env", "f", FuncType([], [ValType.i32()]), lambda: 2)
shadowing.get(store, "env", "f")(store)
setattr(shadowing, "allow_shadowing", 0)
shadowing.define_func("env", "f", NOTHING, lambda: None)
setattr(shadowing, "allow_shadowing", "yes")
shadowing.define(store, "env", "f", Memory(store, MemoryType(Limits(1, None))))
shadowing.get(store, "env", "f")
linker.define_instance(store, "x", 5)
linker.define_instance(store, 5, instance)
linker.define_instance(store, "instance", instance)
linker.define_instance(store, "instance", instance)
linker.get(store, "instance", "run")(store)
linker.define_module(store, "x", 5)
linker.define_module(store, 5, caller)
linker.define_module(5, "x", caller)
result(lambda: defining(COMMAND))
result(lambda: defining(COMMAND, "count", "count", "count"))
result(lambda: defining(COMMAND, "_start", "_start"))
result(lambda: defining(COMMAND, "memory"))
result(lambda: defining(REACTOR))
result(lambda: defining(REACTOR, "count", "count", "count"))
defining(COUNT, "count", "count")
defining('(func (export "_start")) (global (export "x") i32 (i32.const 0))')
defining('(func (export "_start")) (memory (export "mem") 1)')
defining('(func (export "_start")) (global (export "memory") i32 (i32.const 0))')
defining('(func (export "_start")) (table (export "__indirect_function_table") 1 funcref)')
defining('(func (export "_start")) (table (export "table") 1 funcref)')
defining('(func (export "_start")) (global (export "__heap_base") i32 (i32.const 0))')
defining('(func (export "_start")) (global (export "__stack_pointer") (mut i32) (i32.const 0))')
defining('(func (export "_start")) (func (export "_initialize"))')
defining('(global (export "_start") i32 (i32.const 0))')
defining('(global (export "_initialize") i32 (i32.const 0))')
defining('(func (export "_initialize") (param i32))')
defining('(func (export "_initialize") (result i32) (i32.const 1))')
defining('(func (export "_initialize") unreachable)')
defining('(func unreachable) (func (export "_initialize") (call 0))')
defining("(func $go unreachable) (start $go)")
defining('(func (export "_start") unreachable)', "_start")
defining('(func (export "add") (param i32) (result i32) unreachable) (func (export "_start"))', "add")
defining('(import "q" "r" (func))')
defining('(import "q" "r" (func)) (func (export "_start"))')
defining('(import "env" "tick" (func (param i32))) (func (export "_start"))')
defining('(import "env" "tick" (func (param i32)))')
defining('(import "env" "f" (func)) (func (export "_start") (call 0))', "_start", linker=new(f=lambda: 1 / 0))
result(lambda: defining(COMMAND, "_start", linker=new(tick=lambda: ticks.append(1))))
linker.get_default(store, "nothing")(store)
linker.get_default(store, "nothing").type(store).results
linker.get_default(store, "instance")
linker.get_default(store, 5)
defaults = new()
defaults.define(store, "empty", "", one)
defaults.define(store, "start", "_start", one)
defaults.define(store, "good", "", Func(store, FuncType([], [ValType.i32()]), lambda: 5))
defaults.get_default(store, "empty")
defaults.get_default(store, "start")
defaults.get_default(store, "good")(store)
unknown = module('(import "u" "f" (func (result i32))) (func (export "run") (result i32) (call 0))')
traps = new()
traps.define_unknown_imports_as_traps(unknown)
traps.define_unknown_imports_as_traps(unknown)
traps.define_unknown_imports_as_traps(5)
traps.get(store, "u", "f")(store)
traps.instantiate(store, unknown).exports(store)["run"](store)
traps.define_unknown_imports_as_traps(module('(import "u" "g" (global i32))'))
traps.get(store, "u", "g")
values = new()
values.define_unknown_imports_as_default_values(store, unknown)
values.instantiate(store, unknown).exports(store)["run"](store)
values.define_unknown_imports_as_default_values(store, 5)
values.define_unknown_imports_as_default_values(5, unknown)
global_and_memory = module('(import "v" "g" (global (mut i64))) (import "v" "m" (memory 2 5))')
values.define_unknown_imports_as_default_values(store, global_and_memory)
values.get(store, "v", "g").value(store)
values.get(store, "v", "m").size(store)
values.define_unknown_imports_as_default_values(store, module('(import "v" "f" (func (result f32 f64 i64)))'))
values.get(store, "v", "f")(store)
values.define_unknown_imports_as_default_values(store, module('(import "v" "t" (table 3 funcref))'))
values.get(store, "v", "t").size(store)
pre = linker.instantiate_pre(caller)
pre
[each.name for each in pre.module.exports]
pre.module is pre.module
pre.module.close()
[each.name for each in pre.module.exports]
pre.instantiate(store).exports(store)["run"](store)
pre.instantiate(other).exports(other)["run"](other)
pre.instantiate(5)
linker.instantiate_pre(5)
linker.instantiate_pre(unknown)
linker.instantiate_pre(module('(import "env" "f" (func (param i32)))'))
linker.define(store, "s", "m", Memory(store, MemoryType(Limits(1, None))))
homely = linker.instantiate_pre(module('(import "s" "m" (memory 1))'))
homely.instantiate(store)
homely.instantiate(other)
linker.instantiate_pre(module('(import "s" "m" (memory 2))'))
linker.instantiate_pre(Module(foreign.engine, "(module)"))
linker.instantiate(store, Module(foreign.engine, "(module)"))
linker.instantiate(foreign, caller)
linker.instantiate_pre(module("")).instantiate(foreign)
new().instantiate(Store(engine), module("(func $go unreachable) (start $go)"))
InstancePre()
InstancePre().module
pre.close()
pre.instantiate(store)
pre.module
with new() as gone:
    pass
gone.define_func("a", "b", NOTHING, len)
gone.instantiate(store, caller)
gone.instantiate_pre(caller)
setattr(gone, "allow_shadowing", True)
