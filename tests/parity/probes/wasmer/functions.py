"""Making a `Function`, and its type."""

import functools
from enum import IntEnum

from wasmer import Function, FunctionType, Instance, Module, Store, Type

store = Store()


class Kind(IntEnum):
    INT = 1


class Callable:
    def __call__(self, x: int) -> int:
        return x

    def method(self, x: int) -> "i64":  # noqa: F821
        return x

    @staticmethod
    def static(x: float) -> None: ...

    @classmethod
    def of(cls, x: "f64") -> float:  # noqa: F821
        return x


def made(params, result=None):
    """The type that wasmer reads off annotations, given as a dict."""

    def function(*args): ...

    function.__annotations__ = dict(params) if result is None else {**params, "return": result}
    return str(Function(store, function).type)


def refused(annotation):
    """How an IntEnum is written depends on Python's version: the type only."""
    try:
        return made({"x": annotation})
    except RuntimeError:
        return "RuntimeError"


def partly(x: int, y, *, z: float = 1.0) -> None: ...
def variable(*args: int, **kwargs: float) -> int: ...
def defaults(x: int = 5) -> int:
    return x


def unordered(x: int) -> int: ...


unordered.__annotations__ = {"return": float, "x": int, "y": "i64"}

made({})
made({"x": int})
made({"x": int}, int)
made({"x": "i32", "y": "I32"}, "i64")
made({"x": "i64", "y": "I64"}, "I64")
made({"x": float, "y": "f32", "z": "F32"}, float)
made({"x": "f64", "y": "F64"}, "f64")
made({}, (int, "i64", float, "f64"))
made({}, (int,))
made({}, ())
made({}, [int])
made({}, (int, None))
made({}, (None, int))
made({}, (int, (int,)))
made({}, ((int, int),))
made({}, (int, "x"))
made({"x": None})
made({"x": (int, int)})
made({"x": ()})
made({"x": (int, None)})
made({"x": (int, (int,))})
made({"x": ("nothing", None)})
made({}, ("nothing", None))
made({}, (None, (int,)))
made({"x": str}, (None,))
made({"x": [int]})
made({"x": str})
made({"x": bool})
made({"x": bytes})
made({"x": object})
made({"x": "i8"})
made({"x": "I16"})
made({"x": "F16"})
made({"x": "v128"})
made({"x": "V128"})
made({"x": "externref"})
made({"x": ""})
made({"x": "None"})
made({"x": 1})
made({"x": 1.5})
refused(Kind.INT)
refused(Kind)
refused(Type.I32)
made({"x": Callable})
made({"x": complex}, int)
made({"x": int}, str)
made({}, "None")
made({"x": "int"})
made({"x": "float"}, "int")
made({"x": int}, 5)
made({"x": int}, "None ")
made({5: int})
made({"self": int})

str(Function(store, lambda: 1).type)
str(Function(store, lambda x, y: 1).type)
str(Function(store, partly).type)
str(Function(store, variable).type)
str(Function(store, defaults).type)
str(Function(store, unordered).type)
str(Function(store, Callable().method).type)
str(Function(store, Callable.method).type)
str(Function(store, Callable.static).type)
str(Function(store, Callable.of).type)
str(Function(store, Callable()).type)
str(Function(store, Callable).type)
str(Function(store, functools.partial(defaults, 1)).type)
str(Function(store, functools.lru_cache(defaults)).type)
str(Function(store, functools.wraps(defaults)(lambda x: x)).type)
str(Function(store, print).type)
str(Function(store, len).type)
str(Function(store, int).type)
str(Function(store, defaults, FunctionType([], [])).type)
str(Function(store, defaults, FunctionType([Type.V128, Type.EXTERN_REF], [Type.FUNC_REF])).type)
str(Function(store, Callable(), FunctionType([Type.I32], [])).type)
str(Function(store, print, FunctionType([Type.I32], [])).type)
str(Function(store, Callable, FunctionType([Type.I32], [])).type)
str(Function(store, defaults, None).type)
str(Function(store=store, py_function=defaults, function_type=FunctionType([], [])).type)
Function(store=store, function=defaults)
Function(store, 5)
Function(store, None)
Function(store, "text")
Function(store, 5, FunctionType([], []))
Function(store, defaults, 5)
Function(store, defaults, [Type.I32])
Function(store, defaults, "i32")
Function(5, defaults)
Function(None, defaults)
Function(defaults, store)
Function(store)
Function()
Function(store, defaults, None, 1)
Function(store, x=1)
Function(store, defaults)
Function(store, defaults).type.params
type(Function(store, defaults).type)
Function(store, defaults).x
setattr(Function(store, defaults), "type", 1)
setattr(Function(store, defaults), "x", 1)
Function(store, defaults) == Function(store, defaults)
str(Function(store, defaults))
Function(store, defaults)(3)
Function(store, Callable().method)(3)
Function(store, Callable.of)(3.0)
Function(store, print, FunctionType([Type.I32], []))
Function(store, Callable(), FunctionType([Type.I32], [Type.I32]))(4)
Function(store, functools.partial(defaults, 1), FunctionType([], [Type.I32]))()

source = '(module (func (export "f") (param i32 i64 f32 f64) (result i32 i64) (i32.const 1) (i64.const 2)))'
exported = Instance(Module(store, source)).exports.f
str(exported.type)
exported.type.params
exported.type.results
exported.type is exported.type
exported
callable(exported)
type(exported) is Function
isinstance(exported, Function)
