"""Programs and libraries, as WASI has them."""

from wasmtime import Engine, FuncType, Linker, Module, Store

engine = Engine()
store = Store(engine)
events: list[str] = []
linker = Linker(engine)
linker.define_func("host", "event", FuncType([], []), lambda: events.append("event"))
PROGRAM = """(module (import "host" "event" (func $event)) (global $runs (mut i32) (i32.const 0))
    (func (export "_start") (call $event) (global.set $runs (i32.add (global.get $runs) (i32.const 1))))
    (func (export "runs") (result i32) (global.get $runs)))"""
linker.define_module(store, "program", Module(engine, PROGRAM))
linker.get_default(store, "program")(store)
assert linker.get(store, "program", "runs")(store) == 0
linker.define_module(store, "library", Module(engine, PROGRAM.replace("_start", "_initialize")))
assert linker.get(store, "library", "runs")(store) == 1
assert events == ["event", "event"]
