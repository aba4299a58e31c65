"""`Table`."""

from wasmer import Instance, Module, Store, Table, Type

module = Module(Store(), '(module (table (export "table") 2 funcref))')
table = Instance(module).exports.table
table_type = table.type

assert isinstance(table, Table)
assert table_type.type == Type.FUNC_REF
assert table_type.minimum == 2
assert table_type.maximum == None  # noqa: E711
assert table.size == 2
