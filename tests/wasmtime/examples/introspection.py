"""What a module says about itself."""

from wasmtime import Engine, FuncType, GlobalType, Limits, MemoryType, Module, TableType, ValType, wat2wasm

wasm = wat2wasm("""(module (import "env" "f" (func (param i32 f64) (result i64)))
    (memory (export "memory") 1 4) (table (export "table") 2 funcref) (global (export "g") (mut f32) (f32.const 1)))""")
module = Module(Engine(), bytes(wasm))
Module.validate(Engine(), wasm)

(imported,) = module.imports
assert (imported.module, imported.name) == ("env", "f")
assert isinstance(imported.type, FuncType)
assert imported.type.params == [ValType.i32(), ValType.f64()]
assert imported.type.results == [ValType.i64()]

found = {export.name: export.type for export in module.exports}
memory, table, variable = found["memory"], found["table"], found["g"]
assert isinstance(memory, MemoryType)
assert memory.limits == Limits(1, 4)
assert (memory.is_64, memory.is_shared, memory.page_size) == (False, False, 0x10000)
assert isinstance(table, TableType)
assert table.element == ValType.funcref()
assert isinstance(variable, GlobalType)
assert variable.content == ValType.f32()
assert variable.mutable
