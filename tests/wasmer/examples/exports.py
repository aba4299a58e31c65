"""`Exports` and `ExportsIterator`."""

from wasmer import Exports, Function, Global, Instance, Memory, Module, Store, Table

SOURCE = """
(module
  (func (export "func") (param i32 i64))
  (global (export "glob") i32 (i32.const 7))
  (table (export "tab") 0 funcref)
  (memory (export "mem") 1))
"""
instance = Instance(Module(Store(), SOURCE))
exports = instance.exports

assert isinstance(exports, Exports)
assert isinstance(exports.func, Function)
assert isinstance(exports.glob, Global)
assert isinstance(exports.tab, Table)
assert isinstance(exports.mem, Memory)

assert [name for (name, export) in instance.exports] == ["func", "glob", "tab", "mem"]
