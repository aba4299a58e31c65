"""`Function`: its type from annotations, or given, or an export's."""

from wasmer import Function, FunctionType, Instance, Module, Store, Type

store = Store()


def add(x: int, y: int) -> int:
    return x + y


function = Function(store, add)
function_type = function.type

assert function_type.params == [Type.I32, Type.I32]
assert function_type.results == [Type.I32]


# wasmer's names of types are no Python types, which is not for a type checker.
def swap(x: "i32", y: "i64") -> ("i64", "i32"):  # type: ignore  # noqa: F821
    return (y, x)


function = Function(store, swap)
function_type = function.type

assert function_type.params == [Type.I32, Type.I64]
assert function_type.results == [Type.I64, Type.I32]
assert function(1, 2) == (2, 1)

ANNOTATIONS = {
    int: Type.I32,
    "i32": Type.I32,
    "I32": Type.I32,
    "i64": Type.I64,
    "I64": Type.I64,
    float: Type.F32,
    "f32": Type.F32,
    "F32": Type.F32,
    "f64": Type.F64,
    "F64": Type.F64,
}
for annotation, ty in ANNOTATIONS.items():

    def annotated(x: int) -> None:
        pass

    annotated.__annotations__["x"] = annotation
    function_type = Function(store, annotated).type
    assert function_type.params == [ty]
    assert function_type.results == []

function = Function(store, lambda x, y: x + y, FunctionType([Type.I32, Type.I32], [Type.I32]))

assert function(1, 2) == 3

module = Module(
    Store(),
    """
    (module
      (type (func (param i32 i32) (result i32)))
      (func (type 0)
        local.get 0
        local.get 1
        i32.add)
      (export "sum" (func 0)))
    """,
)
exported = Instance(module).exports.sum
sum_type = exported.type

assert isinstance(sum_type, FunctionType)
assert sum_type.params == [Type.I32, Type.I32]
assert sum_type.results == [Type.I32]
