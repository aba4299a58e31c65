"""Life and death of engines, stores and what is in them."""

from wasmtime import (
    Engine,
    Func,
    FuncType,
    Global,
    GlobalType,
    Instance,
    Limits,
    Linker,
    Memory,
    MemoryType,
    Module,
    Store,
    ValType,
)

engine = Engine()
I32 = GlobalType(ValType.i32(), True)


def closed(thing):
    thing.close()
    return thing


Store(5)
Store(engine).engine is engine
Store().engine
Store(engine, None).data()
Store(engine, "data").data()
Store(engine, data=[1]).data()
Store(engine, 0).data()
Store(closed(Engine()))
closed(Store(engine)).data()
closed(closed(Store(engine))).ptr()
Func(closed(Store(engine)), FuncType([], []), lambda: None)
Global(closed(Store(engine)), I32, 1)
Memory(closed(Store(engine)), MemoryType(Limits(1, None)))
Instance(closed(Store(engine)), Module(engine, "(module)"), [])
Linker(closed(Engine()))
Linker(engine).instantiate(closed(Store(engine)), Module(engine, "(module)"))
with Store(engine) as gone:
    made = Global(gone, I32, 1)
    function = Func(gone, FuncType([], []), lambda: None)
    instance = Instance(gone, Module(engine, '(module (func (export "f")))'), [])
made.value(gone)
made.type(gone)
function(gone)
instance.exports(gone)
function.type(gone)
Store(engine).__enter__().data()
Engine(5)
Engine(None).ptr() is not None
Store(engine).ptr() is not None
Module(engine, "(module)").ptr() is not None
Linker(engine).ptr() is not None
