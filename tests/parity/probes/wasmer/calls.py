"""Calling functions: of WebAssembly, and of the host."""

from decimal import Decimal
from enum import IntEnum, IntFlag
from fractions import Fraction

from wasmer import Function, FunctionType, Instance, Module, Store, Type, Value

store = Store()
exports = Instance(
    Module(
        store,
        """(module $calls
  (func (export "none"))
  (func (export "i32") (param i32) (result i32) local.get 0)
  (func (export "i64") (param i64) (result i64) local.get 0)
  (func (export "f32") (param f32) (result f32) local.get 0)
  (func (export "f64") (param f64) (result f64) local.get 0)
  (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
  (func (export "mixed") (param i32 i64 f32 f64) (result i32 i64 f32 f64)
    local.get 0 local.get 1 local.get 2 local.get 3)
  (func (export "many") (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32) local.get 13)
  (func (export "big") (result i32) (i32.const -1))
  (func (export "huge") (result i64) (i64.const -1)))""",
    )
).exports
add = exports.add


class Number(IntEnum):
    SEVEN = 7


class Flags(IntFlag):
    A = 4


class Integer(int): ...


class Real(float): ...


class Indexable:
    def __index__(self):
        return 1


class Floating:
    def __float__(self):
        return 1.5


class Strange(int):
    def __index__(self):
        raise KeyError("never asked")


exports.none()
exports.none(1, 2, 3)
add(1, 2)
add(1, 2, 3, "x")
add(1)
add()
add(1.5)
add("x")
add(None)
add(2**40)
add(2**70)
add(x=1, y=2)
add(1, 2, z=3)
add(*[1, 2])
add(2**31 - 1, 1)
add(-1, 2**32 - 1)
add(1, "2")
add(1, 2.0)
add(1, None)
add(1, [2])
add(1, b"2")
add(1, Value.i32(2))
add(1, add)
add(1, True)
add(1, Number.SEVEN)
add(1, Flags.A)
add(1, Integer(5))
add(1, Strange(5))
add(1, Indexable())
add(1, Decimal(1))
add(1, Fraction(1))
add(1, 1j)
exports.i32(2**31)
exports.i32(2**32 - 1)
exports.i32(2**32)
exports.i32(-(2**31))
exports.i32(-(2**31) - 1)
exports.i32(2**63)
exports.i32(2**64)
exports.i32(-(2**70))
exports.i64(2**63 - 1)
exports.i64(2**63)
exports.i64(2**64 - 1)
exports.i64(2**64)
exports.i64(-(2**63))
exports.i64(-(2**63) - 1)
exports.i64(-(2**80))
exports.i64(1.0)
exports.i64("1")
exports.f32(1.5)
exports.f32(0.1)
exports.f32(1e39)
exports.f32(1e-50)
exports.f32(float("nan"))
exports.f32(float("-inf"))
exports.f32(-0.0)
exports.f32(1)
exports.f32(True)
exports.f32("1.5")
exports.f32(None)
exports.f32(Real(2.5))
exports.f32(Floating())
exports.f64(0.1)
exports.f64(1)
exports.f64(1e308)
exports.f64(Real(2.5))
exports.f64(Decimal(1))
exports.f64(5e-324)
exports.mixed(1, 2, 3.0, 4.0)
exports.mixed(2**32 - 1, 2**64 - 1, 0.1, 0.1)
exports.mixed(1, 2, 3, 4.0)
exports.mixed(1, 2, 3.0)
exports.mixed()
type(exports.mixed(1, 2, 3.0, 4.0))
exports.many(*range(14))
exports.many(*range(13))
exports.big()
exports.huge()
type(exports.f32(1.0))

vectors = Instance(
    Module(
        store,
        """(module (func (export "same") (param v128) (result v128) local.get 0)
  (func (export "lane") (param v128) (result i32) (i32x4.extract_lane 1 (local.get 0))))""",
    )
).exports
vectors.same(1 << 127)
vectors.same(0)
vectors.same(2**128 - 1)
vectors.same(2**128)
vectors.same(-1)
vectors.same(1.5)
vectors.same("1")
vectors.same(b"0123456789abcdef")
vectors.same()
vectors.lane(5 << 32)

references = Instance(
    Module(
        store,
        """(module (func (export "extern") (param externref) (result externref) local.get 0)
  (func (export "is_null") (param externref) (result i32) (ref.is_null (local.get 0)))
  (func (export "null") (result externref) (ref.null extern))
  (func (export "func") (param funcref) (result funcref) local.get 0)
  (func (export "no_func") (result funcref) (ref.null func)))""",
    )
).exports
references.extern("text")
references.extern(None)
references.is_null(None)
references.null()
references.func(None)
references.func(add)
references.func("text")
references.no_func()

HOST = {"i32": Type.I32, "i64": Type.I64, "f32": Type.F32, "f64": Type.F64, "v128": Type.V128}


def host(function, params="", results=""):
    """What WebAssembly gets from a host function of this type, called with 1, 2 and so on."""
    words = params.split(), results.split()
    ty = FunctionType(*[[HOST[word] for word in each] for each in words])
    values = " ".join(f"({word}.const {index + 1})" for index, word in enumerate(words[0]))
    signature = f"(param {params}) (result {results})"
    source = f"""(module (import "env" "f" (func $f {signature}))
      (func (export "run") (result {results}) (call $f {values})))"""
    return Instance(Module(store, source), {"env": {"f": Function(store, function, ty)}}).exports.run()


def fail(error):
    raise error


KEY = KeyError("the key")


def identity():
    try:
        host(lambda: fail(KEY))
    except KeyError as error:
        return error is KEY


def context():
    try:
        host(lambda: fail(KEY))
    except KeyError as error:
        names = []
        trace = error.__traceback__
        while trace:
            names.append(trace.tb_frame.f_code.co_name)
            trace = trace.tb_next
        return names[-1], error.__cause__


def arguments(*args):
    return repr((args, [type(each) for each in args]))


seen = []
host(lambda *args: seen.append(arguments(*args)), "i32 i64 f32 f64")
seen.pop()
host(lambda: 5, "", "i32")
host(lambda: (5,), "", "i32")
host(lambda: True, "", "i32")
host(lambda: Number.SEVEN, "", "i32")
host(lambda: 2**32 - 1, "", "i32")
host(lambda: 2**32, "", "i32")
host(lambda: -(2**31) - 1, "", "i32")
host(lambda: 2**64 - 1, "", "i64")
host(lambda: 2**64, "", "i64")
host(lambda: 1.5, "", "i32")
host(lambda: "1", "", "i32")
host(lambda: Value.i32(1), "", "i32")
host(lambda: Indexable(), "", "i32")
host(lambda: [5], "", "i32")
host(lambda: None, "", "i32")
host(lambda: None, "", "i64 f32")
host(lambda: (), "", "i32")
host(lambda: 1, "", "f32")
host(lambda: 0.1, "", "f32")
host(lambda: 0.1, "", "f64")
host(lambda: 1e39, "", "f32")
host(lambda: "x", "", "f64")
host(lambda: (1, 2), "", "i32 i64")
host(lambda: (1, 2, 3), "", "i32 i64")
host(lambda: (1,), "", "i32 i64")
host(lambda: 1, "", "i32 i64")
host(lambda: [1, 2], "", "i32 i64")
host(lambda: {1: 2}, "", "i32 i64")
host(lambda: (1, "2"), "", "i32 i64")
host(lambda: (1, None), "", "i32 i64")
host(lambda: (1, 2), "", "i32")
host(lambda: None)
host(lambda: 5)
host(lambda: "text")
host(lambda: (1, 2))
host(lambda x, y: x, "i32 i64", "i32")
host(lambda x: x, "i32 i64", "i32")
host(lambda x, y: x, "i32", "i32")
host(lambda: 2**127, "", "v128")
host(lambda: -1, "", "v128")
host(lambda: fail(KEY))
host(lambda: fail(RuntimeError("mine")))
host(lambda: fail(StopIteration("stop")))
host(lambda: fail(KeyboardInterrupt("now")))
host(lambda: fail(SystemExit(3)))
host(lambda: fail(GeneratorExit()))
host(lambda: fail(MemoryError("none")))
host(lambda: 1 // 0, "", "i32")
host(lambda: fail(fail))
identity()
context()

Function(store, lambda: 5)()
Function(store, lambda: 5, FunctionType([], [Type.I32]))()
Function(store, lambda x: x, FunctionType([Type.I64], [Type.I64]))(2**64 - 1)
Function(store, lambda x: x, FunctionType([Type.I32], [Type.I32]))()
Function(store, lambda x: x, FunctionType([Type.I32], [Type.I32]))(1, 2)
Function(store, lambda x: x, FunctionType([Type.I32], [Type.I32]))("1")
Function(store, lambda x: fail(KEY), FunctionType([Type.I32], [Type.I32]))(1)
Function(store, lambda: None, FunctionType([], [Type.I32]))()
Function(store, lambda: 1, FunctionType([], [Type.I32, Type.F64]))()
Function(store, lambda: (1, 2.5, 3), FunctionType([], [Type.I32, Type.F64]))()
Function(store, lambda: (1, 2.5), FunctionType([], [Type.I32, Type.F64]))()
Function(store, lambda: "x", FunctionType([], [Type.I32]))()
Function(store, lambda x: x, FunctionType([Type.EXTERN_REF], [Type.EXTERN_REF]))("x")
Function(store, lambda: None, FunctionType([], [Type.FUNC_REF]))()


def nested():
    inner = Function(store, lambda: exports.add(20, 22), FunctionType([], [Type.I32]))
    return host(lambda: inner() + 1, "", "i32")


def caught():
    trap = Instance(Module(store, '(module (func (export "f") unreachable))')).exports.f

    def function():
        try:
            trap()
        except RuntimeError:
            return 7

    return host(function, "", "i32")


nested()
caught()
