"""The types of exports and imports."""

from wasmer import (
    ExportType,
    FunctionType,
    GlobalType,
    ImportType,
    MemoryType,
    Module,
    Store,
    TableType,
    Type,
    Value,
)

module = Module(
    Store(),
    """
    (module
      (func (export "function") (param i32 i64))
      (global (export "global") i32 (i32.const 7))
      (table (export "table") 0 funcref)
      (memory (export "memory") 1))
    """,
)
exports = module.exports

assert isinstance(exports[0], ExportType)
assert exports[0].name == "function"
assert isinstance(exports[0].type, FunctionType)
assert exports[0].type.params == [Type.I32, Type.I64]
assert exports[0].type.results == []

assert exports[1].name == "global"
assert isinstance(exports[1].type, GlobalType)
assert exports[1].type.type == Type.I32
assert exports[1].type.mutable == False  # noqa: E712

assert exports[2].name == "table"
assert isinstance(exports[2].type, TableType)
assert exports[2].type.type == Type.FUNC_REF
assert exports[2].type.minimum == 0
assert exports[2].type.maximum == None  # noqa: E711

assert exports[3].name == "memory"
assert isinstance(exports[3].type, MemoryType)
assert exports[3].type.minimum == 1
assert exports[3].type.maximum == None  # noqa: E711
assert exports[3].type.shared == False  # noqa: E712

module = Module(
    Store(),
    """
    (module
      (import "ns" "function" (func))
      (import "ns" "global" (global f32))
      (import "ns" "table" (table 1 2 funcref))
      (import "ns" "memory" (memory 3 4)))
    """,
)
imports = module.imports

assert isinstance(imports[0], ImportType)
assert [(each.module, each.name) for each in imports] == [
    ("ns", "function"),
    ("ns", "global"),
    ("ns", "table"),
    ("ns", "memory"),
]
assert isinstance(imports[0].type, FunctionType)
assert imports[0].type.params == []
assert imports[0].type.results == []
assert isinstance(imports[1].type, GlobalType)
assert imports[1].type.type == Type.F32
assert imports[1].type.mutable == False  # noqa: E712
assert isinstance(imports[2].type, TableType)
assert imports[2].type.type == Type.FUNC_REF
assert imports[2].type.minimum == 1
assert imports[2].type.maximum == 2
assert isinstance(imports[3].type, MemoryType)
assert imports[3].type.minimum == 3
assert imports[3].type.maximum == 4
assert imports[3].type.shared == False  # noqa: E712

function_type = FunctionType(params=[Type.I32, Type.I32], results=[Type.I32])
global_type = GlobalType(Type.I32, mutable=False)
memory_type = MemoryType(minimum=1, shared=True)
table_type = TableType(Type.I32, minimum=7, maximum=42)
assert (function_type.params, function_type.results) == ([1, 1], [1])
assert (global_type.type, global_type.mutable) == (Type.I32, False)
assert (memory_type.minimum, memory_type.maximum, memory_type.shared) == (1, None, True)
assert (table_type.type, table_type.minimum, table_type.maximum) == (Type.I32, 7, 42)

assert repr(Value.i32(42)) == "I32(42)"
assert repr(Value.i64(42)) == "I64(42)"
assert repr(Value.f32(4.2)) == "F32(4.2)"
assert repr(Value.f64(4.2)) == "F64(4.2)"
assert repr(Value.v128(42)) == "V128(42)"
