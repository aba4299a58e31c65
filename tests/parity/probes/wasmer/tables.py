"""`Table`."""

from wasmer import Instance, Module, Store, Table, TableType, Type, Value

store = Store()
SOURCE = """(module (table (export "t") 2 10 funcref) (table (export "e") 3 externref)
  (func (export "grow") (result i32) (table.grow 0 (ref.null func) (i32.const 3))))"""
exports = Instance(Module(store, SOURCE)).exports
table = exports.t
ty = TableType(Type.FUNC_REF, 1)

table
table.size
str(table.type)
table.type.type == Type.FUNC_REF
table.type.minimum
table.type.maximum
exports.e.size
str(exports.e.type)
exports.grow()
table.size
exports.t.size
str(table.type)
str(exports.t.type)
len(table)
table[0]
table.get(0)
table.grow(1)
setattr(table, "size", 5)
setattr(table, "type", 5)
table.x
Table(store, ty, Value.i32(1))
Table(store, ty, Value.f64(1))
Table(store, ty, None)
Table(store, ty, 5)
Table(store, 5, Value.i32(1))
Table(store, None, Value.i32(1))
Table(5, ty, Value.i32(1))
Table(store=store, table_type=ty, initial_value=Value.i32(1))
Table(store, TableType(Type.I32, 1), Value.i32(1))
Table(store, ty)
Table(store)
Table()
Table(store, ty, Value.i32(1), 1)
table == table
str(table)
