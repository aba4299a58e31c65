"""Globals and values with a type."""

from wasmtime import Global, GlobalType, Instance, Module, Store, Val, ValType, WasmtimeError

store = Store()
counter = Global(store, GlobalType(ValType.i64(), True), 40)
module = Module(
    store.engine,
    """(module (import "" "counter" (global $counter (mut i64)))
    (func (export "add") (param i64) (global.set $counter (i64.add (global.get $counter) (local.get 0)))))""",
)
Instance(store, module, [counter]).exports(store)["add"](store, Val.i64(2))
assert counter.value(store) == 42
counter.set_value(store, Val.i64(1))
assert counter.type(store).content == ValType.i64()

constant = Global(store, GlobalType(ValType.f64(), False), 0.5)
try:
    constant.set_value(store, 1.5)
except WasmtimeError as error:
    print(error)
else:
    raise AssertionError("it is constant")
assert Val.i32(0xFFFFFFFF).value == -1
assert Val.f32(1.5).as_f32() == 1.5
