# needs: externref
"""Python objects that WebAssembly holds."""

from typing import Any

from wasmtime import Instance, Module, Store, Table

store = Store()
module = Module(
    store.engine,
    """(module (table $table (export "table") 10 externref) (global $global (export "global") (mut externref)
      (ref.null extern)) (func (export "func") (param externref) (result externref) (local.get 0)))""",
)
exports = Instance(store, module, []).exports(store)
value: Any = {"any": "object"}
table = exports["table"]
assert isinstance(table, Table)
table.set(store, 3, value)
assert table.get(store, 3) is value
exports["global"].set_value(store, value)
assert exports["global"].value(store) is value
assert exports["func"](store, value) is value
assert exports["func"](store, None) is None
