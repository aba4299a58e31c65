"""The types of externs, and `Type`."""

from collections import defaultdict

from wasmer import ExportType, FunctionType, GlobalType, ImportType, MemoryType, TableType, Type


class Indexable:
    def __index__(self):
        return 1


list(Type)
len(Type)
Type.I32 == 1
Type(7)
Type(0)
Type(8)
Type["EXTERN_REF"]
isinstance(Type.I32, int)
str(Type.I32.name)
Type.__doc__ is not None

FunctionType([Type.I32, Type.I64], [Type.F32])
FunctionType([Type.I32, Type.I64], [Type.F32]).params
FunctionType([Type.I32, Type.I64], [Type.F32]).results
FunctionType((Type.I32,), (1, 2)).results
type(FunctionType([Type.I32], []).params[0])
FunctionType([Type.I32, Type.I64], [Type.F32, Type.F64]).__str__()
str(FunctionType([], []))
str(FunctionType([Type.V128, Type.EXTERN_REF], [Type.FUNC_REF]))
FunctionType(params=[Type.I32], results=[Type.I32]).params
FunctionType([1], [2]).params
FunctionType([99], [])
FunctionType([0], [])
FunctionType([255], [])
FunctionType([256], [])
FunctionType([-1], [])
FunctionType([2**40], [])
FunctionType([2**80], [])
FunctionType(["i32"], [])
FunctionType([1.0], [])
FunctionType([True], [])
FunctionType([None], [])
FunctionType([Indexable()], [])
FunctionType([], [99])
FunctionType(1, [])
FunctionType([], 1)
FunctionType(None, None)
FunctionType("", "")
FunctionType("I32", [])
FunctionType(b"\1", [])
FunctionType({1}, [])
FunctionType({1: 2}, [])
FunctionType(range(1, 3), [])
FunctionType(iter([1]), [])
FunctionType()
FunctionType([Type.I32])
FunctionType([], [], [])
FunctionType(results=[])
FunctionType(x=1)
FunctionType([], []) == FunctionType([], [])
FunctionType([], []).x
setattr(FunctionType([], []), "params", [])
setattr(FunctionType([], []), "x", [])
delattr(FunctionType([], []), "params")
FunctionType([1], []).params is FunctionType([1], []).params

MemoryType(1)
str(MemoryType(1))
str(MemoryType(1, 3))
str(MemoryType(1, 3, True))
str(MemoryType(minimum=1, maximum=3, shared=True))
str(MemoryType(1, shared=True))
str(MemoryType(0, 0))
str(MemoryType(5, 2))
str(MemoryType(2**32 - 1, 2**32 - 1))
str(MemoryType(True))
str(MemoryType(Indexable()))
MemoryType(1).minimum
MemoryType(1).maximum
MemoryType(1, 3).maximum
MemoryType(1).shared
MemoryType(1, 3, True).shared
MemoryType(2**32)
MemoryType(2**64)
MemoryType(-1)
MemoryType(-(2**80))
MemoryType(1, -1)
MemoryType(1, 2**32)
MemoryType("1")
MemoryType(1.0)
MemoryType(None)
MemoryType(1, "2")
MemoryType(1, 2, 1)
MemoryType(1, 2, None)
MemoryType(1, None, "x")
MemoryType()
MemoryType(1, 2, False, 4)
MemoryType(maximum=1)
setattr(MemoryType(1), "minimum", 2)
MemoryType(1) == MemoryType(1)

GlobalType(Type.I32, False)
str(GlobalType(Type.I64, True))
str(GlobalType(Type.EXTERN_REF, mutable=False))
str(GlobalType(type=Type.F64, mutable=True))
GlobalType(Type.F32, True).type
GlobalType(Type.F32, True).mutable
GlobalType(99, True)
GlobalType("I32", True)
GlobalType(Type.I32, 1)
GlobalType(Type.I32, None)
GlobalType(Type.I32, "x")
GlobalType(Type.I32)
GlobalType()
setattr(GlobalType(Type.I32, False), "mutable", True)

TableType(Type.FUNC_REF, 2)
str(TableType(Type.FUNC_REF, 2))
str(TableType(Type.FUNC_REF, 2, 5))
str(TableType(Type.I32, minimum=7, maximum=42))
str(TableType(type=Type.EXTERN_REF, minimum=7, maximum=None))
TableType(Type.FUNC_REF, 2).type
TableType(Type.FUNC_REF, 2).minimum
TableType(Type.FUNC_REF, 2).maximum
TableType(Type.FUNC_REF, 2, 5).maximum
TableType(Type.FUNC_REF, 5, 2).maximum
TableType(Type.FUNC_REF, -1)
TableType(Type.FUNC_REF, 2**32)
TableType(Type.FUNC_REF, "1")
TableType(Type.FUNC_REF, 1, "2")
TableType(Type.FUNC_REF, 1, -2)
TableType(99, 1)
TableType(Type.FUNC_REF)
TableType()
setattr(TableType(Type.FUNC_REF, 2), "maximum", 3)

ExportType("e", MemoryType(1))
ExportType("e", MemoryType(1)).name
str(ExportType("e", MemoryType(1)).type)
ExportType(name="e", type=GlobalType(Type.I32, True)).type.mutable
ExportType("e", 5).type
ExportType("e", None).type
ExportType("e", [1]).type
ExportType(5, MemoryType(1))
ExportType(None, MemoryType(1))
ExportType("e")
ExportType()
str(ExportType("e", 1))
setattr(ExportType("e", 1), "name", "f")
setattr(ExportType("e", 1), "type", 2)
ExportType("e", 1) == ExportType("e", 1)

ImportType("m", "n", MemoryType(1))
ImportType("m", "n", MemoryType(1)).module
ImportType("m", "n", MemoryType(1)).name
str(ImportType("m", "n", TableType(Type.FUNC_REF, 2)).type)
ImportType(module="m", name="n", type=1).type
ImportType("m", "n", defaultdict(list)).type
ImportType(1, "n", 2)
ImportType("m", 1, 2)
ImportType("m", "n")
ImportType("m", b"n", 2)
str(ImportType("m", "n", 1))
setattr(ImportType("m", "n", 1), "module", "f")
