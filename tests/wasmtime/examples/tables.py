# needs: funcref_call
"""Functions in tables."""

from wasmtime import Func, FuncType, Instance, Limits, Module, Store, Table, TableType, Val, ValType

store = Store()
table = Table(store, TableType(ValType.funcref(), Limits(2, 4)), None)
double = Func(store, FuncType([ValType.i32()], [ValType.i32()]), lambda x: 2 * x)
table.set(store, 0, double)
assert isinstance(table.get(store, 1), Val)
assert table.get(store, 7) is None
assert table.grow(store, 1, double) == 2

module = Module(
    store.engine,
    """(module (import "" "table" (table 2 funcref)) (type $unary (func (param i32) (result i32)))
    (func (export "call") (param i32 i32) (result i32)
      (call_indirect (type $unary) (local.get 1) (local.get 0))))""",
)
call = Instance(store, module, [table]).exports(store)["call"]
assert call(store, 0, 21) == 42
assert call(store, 2, 4) == 8
found = table.get(store, 0)
assert isinstance(found, Func)
assert found(store, 3) == 6
