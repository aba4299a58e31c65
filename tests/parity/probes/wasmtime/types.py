"""Type classes."""

from wasmtime import (
    Engine,
    ExportType,
    FuncType,
    GlobalType,
    ImportType,
    Limits,
    MemoryType,
    Module,
    TableType,
    TagType,
    ValType,
)

I32, FUNC = ValType.i32(), ValType.funcref()


def sizes(ty):
    return ty.limits.min, ty.limits.max


def memory(min, max=None, **kind):
    return sizes(MemoryType(Limits(min, max), **kind))


def table(min, max=None):
    return sizes(TableType(FUNC, Limits(min, max)))


def closed(thing):
    thing.close()
    thing.close()
    return thing


ValType()
[str(ty) for ty in (ValType.i32(), ValType.i64(), ValType.f32(), ValType.f64(), ValType.externref(), ValType.funcref())]
repr(ValType.externref())
ValType.i32() == ValType.i32()
ValType.i32() != ValType.i32()
ValType.i32() == ValType.i64()
ValType.i32() == 5
ValType.i32() != "i32"
hash(ValType.i32())
str(closed(ValType.i32()))
closed(ValType.i32()) == ValType.i32()
FuncType([closed(ValType.i32())], [])
ValType.__new__(ValType).ptr()

FuncType([I32], [ValType.f64(), FUNC]).params
FuncType([I32], [ValType.f64(), FUNC]).results
FuncType((I32,), ()).params
FuncType([], []).params
FuncType([1], [])
FuncType([], ["i32"])
FuncType(None, [])
FuncType(5, [])
FuncType([])
FuncType((I32 for _ in range(1)), [])
FuncType(params=[I32], results=[]).params
FuncType([], []) == FuncType([], [])
isinstance(hash(FuncType([], [])), int)
FuncType([I32], []).params is FuncType([I32], []).params
closed(FuncType([], [])).params
with FuncType([], []) as ty:
    pass
ty.results
FuncType([], []).__enter__().params

Limits(1, 2).min
Limits(1, None).max
Limits(1)
Limits(1, 2) == Limits(1, 2)
Limits(1, 2) != Limits(1, 3)
Limits(1, 2) == 5
Limits(max=2, min=1) == Limits(1, 2)
hash(Limits(1, 2))
Limits("a", None).min
limits = Limits(1, 2)
limits.min = 7
limits.min

GlobalType(I32, True).mutable
GlobalType(I32, 5).mutable
GlobalType(I32, "").mutable
GlobalType(FUNC, False).content
GlobalType(5, True)
GlobalType(I32)
GlobalType(valtype=I32, mutable=False).content
closed(GlobalType(I32, True)).content
GlobalType(I32, True) == GlobalType(I32, True)

table(1)
table(1, 5)
table(-2, 4)
table(4, 2)
table(2**32 + 1, 2**32 - 1)
table(1, 0)
table("a", 2)
table(1.5)
table(None)
TableType(FUNC, Limits(1, 2)).element
TableType(ValType.externref(), Limits(1, 2)).element
TableType(I32, Limits(1, 2))
TableType(5, Limits(1, 2))
TableType(FUNC, 5)
TableType(5, 6)
closed(TableType(FUNC, Limits(1, 2))).limits

memory(1)
memory(0, 0)
memory(1, 5)
memory(-2, 4)
memory(4, 2)
memory(4, -2)
memory(-2)
memory(-(2**64) + 3)
memory(4, 0)
memory(65536)
memory(65537)
memory(70000, 70000)
memory(1, 65537)
memory(2**32 - 1)
memory(2**32)
memory(1, 2**32)
memory(True)
memory(1.5)
memory("a")
memory(None)
memory(1, 2.5)
memory(2**48, is_64=True)
memory(2**47, is_64=True)
memory(1, 2**63, is_64=True)
memory(1, 2**64, is_64=True)
memory(2**64, is_64=True)
memory(-2, is_64=True)
memory(2**32 - 1, page_size_log2=0)
memory(2**64 - 1, is_64=True, page_size_log2=0)
memory(1, page_size_log2=5)
memory(4, 2, page_size_log2=5)
memory(1, page_size_log2=-1)
memory(1, page_size_log2="a")
memory(1, shared=True)
memory(70000, shared=True)
memory(4, 2, shared=True)
memory(4, shared=True, page_size_log2=5)
MemoryType(5)
MemoryType(None)
MemoryType(Limits(1, None)).is_64
MemoryType(Limits(1, None), True).is_64
MemoryType(Limits(1, None), is_64=5).is_64
MemoryType(Limits(1, 2), shared=True).is_shared
MemoryType(Limits(1, 2)).is_shared
MemoryType(Limits(1, 2)).page_size
MemoryType(Limits(1, 2)).page_size_log2
MemoryType(Limits(1, 2), page_size_log2=0).page_size
MemoryType(Limits(1, 2), page_size_log2=16 + 256).page_size_log2
closed(MemoryType(Limits(1, 2))).limits

ImportType()
ImportType().name
ImportType().module
ImportType().type
ExportType().name
ExportType().type
ExportType().close()
ImportType(1)
module = Module(
    Engine(), '(module (import "m" "n" (func)) (memory (export "a") 1 2) (global (export "b") i64 (i64.const 1)))'
)
[(each.module, each.name, each.type.params) for each in module.imports]
[(each.name, type(each.type).__name__) for each in module.exports]
module.exports[0].type.limits == Limits(1, 2)
module.exports is module.exports
module.exports[0] is module.exports[0]
closed(module.imports[0]).name
closed(module.exports[0]).type
kept = module.exports[0].type
sizes(kept)

TagType(5)
TagType(FuncType([I32], [])).functype.params
taken = FuncType([], [])
tag = TagType(taken)
taken.params
TagType(taken)
tag.functype is tag.functype
closed(TagType(FuncType([], []))).functype
