"""`Store`, without an engine of its own."""

from wasmer import Function, Global, Instance, Memory, MemoryType, Module, Store, Value

store = Store()
SOURCE = """(module (import "env" "m" (memory 1)) (import "env" "g" (global (mut i32)))
  (func (export "run") (result i32)
    (i32.store (i32.const 0) (global.get 0)) (i32.load (i32.const 0))))"""

store
store.engine_name
store.compiler_name
Store(None).engine_name
Store(engine=None).engine_name
Store(5)
Store([])
Store(store)
Store(1, 2)
Store(x=1)
setattr(store, "engine_name", "x")
store.nothing
Store() == Store()
store == store

memory, value = Memory(Store(), MemoryType(1)), Global(Store(), Value.i32(7), mutable=True)
Instance(Module(Store(), SOURCE), {"env": {"m": memory, "g": value}}).exports.run()
memory.uint8_view()[0]
value.value
Instance(Module(Store(), SOURCE), {"env": {"m": memory, "g": value}}).exports.run()
first = Instance(Module(Store(), '(module (func (export "f") (result i32) (i32.const 9)))'))
user = '(module (import "env" "f" (func $f (result i32))) (func (export "run") (result i32) (call $f)))'
Instance(Module(Store(), user), {"env": {"f": first.exports.f}}).exports.run()
Instance(Module(Store(), user), {"env": {"f": Function(Store(), lambda: 1)}})
