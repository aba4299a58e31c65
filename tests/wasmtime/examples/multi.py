"""Several values at once, in both directions."""

from collections.abc import Iterable

from wasmtime import Func, FuncType, Instance, Module, Store, ValType

store = Store()
module = Module(
    store.engine,
    """(module (func $f (import "" "f") (param i32 i64) (result i64 i32))
    (func $g (export "g") (param i32 i64) (result i64 i32) (call $f (local.get 0) (local.get 1)))
    (func $round_trip (export "round_trip") (param i64 i64 i64) (result i64 i64 i64)
      local.get 0 local.get 1 local.get 2))""",
)


def callback(a: int, b: int) -> Iterable[int]:
    return [b + 1, a + 1]


func = Func(store, FuncType([ValType.i32(), ValType.i64()], [ValType.i64(), ValType.i32()]), callback)
exports = Instance(store, module, [func]).exports(store)
g = exports["g"]
assert isinstance(g, Func)
assert g(store, 1, 3) == [4, 2]
assert g.type(store).results == [ValType.i64(), ValType.i32()]
assert exports["round_trip"](store, 0, 1, 2) == [0, 1, 2]
