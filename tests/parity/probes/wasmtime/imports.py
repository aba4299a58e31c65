"""Why an import does not fit."""

from wasmtime import (
    Engine,
    Func,
    FuncType,
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
)

engine = Engine()
store = Store(engine)
T = {name: getattr(ValType, name)() for name in ("i32", "i64", "f32", "f64", "externref", "funcref")}
func = Func(store, FuncType([T["i32"]], []), lambda x: None)
variable = Global(store, GlobalType(T["i32"], True), 1)
constant = Global(store, GlobalType(T["i32"], False), 1)
wide = Global(store, GlobalType(T["i64"], False), 1)
memory = Memory(store, MemoryType(Limits(1, 3)))
unlimited = Memory(store, MemoryType(Limits(1, None)))
grown = Memory(store, MemoryType(Limits(1, None)))
grown.grow(store, 2)


def table(element="funcref", limits=(2, 5)):
    return Table(store, TableType(T[element], Limits(*limits)), None)


def reference(ty="funcref"):
    return Global(store, GlobalType(T[ty], False), None)


def give(asked, given):
    Instance(store, Module(engine, f'(module (import "e" "x" {asked}))'), [given])
    return "fits"


give("(func (param i32))", func)
give("(func)", func)
give("(func (param i32 i64) (result f32))", func)
give("(func (param i32) (result funcref externref))", func)
give("(func)", variable)
give("(func)", memory)
give("(func)", table())
give("(global (mut i32))", variable)
give("(global i32)", constant)
give("(global i32)", variable)
give("(global (mut i32))", constant)
give("(global i64)", constant)
give("(global (mut i64))", constant)
give("(global f32)", wide)
give("(global f64)", func)
give("(global i32)", memory)
give("(global i32)", table())
give("(global funcref)", constant)
give("(global i32)", reference())
give("(global funcref)", reference())
give("(global (mut funcref))", reference())
give("(global externref)", reference())
give("(global funcref)", reference("externref"))
give("(memory 1)", memory)
give("(memory 0 5)", memory)
give("(memory 1 3)", memory)
give("(memory 2)", memory)
give("(memory 1 2)", memory)
give("(memory 1 3)", unlimited)
give("(memory 2)", unlimited)
give("(memory 3)", grown)
give("(memory 4)", grown)
give("(memory 1)", func)
give("(memory 1)", constant)
give("(memory 1)", table())
give("(table 1 funcref)", table())
give("(table 2 5 funcref)", table())
give("(table 1 9 funcref)", table())
give("(table 3 funcref)", table())
give("(table 1 3 funcref)", table())
give("(table 1 3 funcref)", table(limits=(2, None)))
give("(table 1 externref)", table())
give("(table 9 externref)", table())
give("(table 1 funcref)", table("externref"))
give("(table 1 externref)", table("externref"))
give("(table 1 funcref)", func)
give("(table 1 funcref)", constant)
give("(table 1 funcref)", memory)
