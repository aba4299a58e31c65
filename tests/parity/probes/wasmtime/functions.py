"""`Func`: calls, and host functions."""

import functools

from wasmtime import Engine, Func, FuncType, Instance, Module, Store, Trap, Val, ValType, WasmtimeError

store = Store()
T = {name: getattr(ValType, name)() for name in ("i32", "i64", "f32", "f64", "externref", "funcref")}


def host(params, results, function):
    return Func(store, FuncType([T[ty] for ty in params.split()], [T[ty] for ty in results.split()]), function)


def echo(ty):
    """A WebAssembly function that returns what it is given."""
    source = f'(module (func (export "f") (param {ty}) (result {ty}) (local.get 0)))'
    return Instance(store, Module(store.engine, source), []).exports(store)["f"]


def returning(results, value):
    """What comes through WebAssembly of a host function that returns this."""
    source = f'(module (import "" "" (func (result {results}))) (func (export "f") (result {results}) (call 0)))'
    imports = [host("", results, lambda: value)]
    return Instance(store, Module(store.engine, source), imports).exports(store)["f"](store)


def raising(error):
    def function():
        raise error

    imports = [host("", "", function)]
    source = '(module (import "" "" (func)) (func (export "f") (call 0)))'
    instance = Instance(store, Module(store.engine, source), imports)
    try:
        instance.exports(store)["f"](store)
    except BaseException as caught:
        return caught is error


Func(store, FuncType([], []), lambda: None)
Func(5, FuncType([], []), lambda: None)
Func(store, 5, lambda: None)
Func(store, FuncType([], []))
Func(store, FuncType([], []), 5)(store)
Func(store, FuncType([], []), None)(store)
Func(store=store, ty=FuncType([], []), func=lambda: None, access_caller=False)(store)
host("i32 f64", "i64", len).type(store).params
host("i32 f64", "i64", len).type(store).results
host("", "", lambda: None).type(5)
add = host("i32 i32", "i32", lambda a, b: a + b)
add(store, 1, 2)
add(store, 1)
add(store, 1, 2, 3)
add(store)
add()
add(store=store)
func_of_nothing = Func(store, FuncType([], [ValType.i32()]), lambda: 7)
func_of_nothing(store=store)
func_of_nothing(store=5)
func_of_nothing(store, store=store)
func_of_nothing(x=1)
func_of_nothing(store=store, x=1)
func_of_nothing(store, x=1)
add(5, 1, 2)
add(None, 1, 2)
add(store, 2**31 - 1, 1)
add(store, 2**32 + 5, 0)
add(store, "1", 2)
add(store, 1.0, 2)
add(store, None, 2)
add(store, True, 2)
add(store, Val.i32(4), 2)
add(store, Val.i64(4), 2)
add(store, Val.i64(4), "2")
add == add
isinstance(hash(add), int)
echo("i32")(store, 0xFFFFFFFF)
echo("i32")(store, -(2**31) - 1)
echo("i64")(store, 2**64 - 1)
echo("i64")(store, 2**63)
echo("i64")(store, 1.5)
echo("f32")(store, 0.1)
echo("f32")(store, 1)
echo("f32")(store, 1e39)
echo("f32")(store, float("inf"))
echo("f64")(store, 0.1)
echo("f64")(store, 1)
echo("f64")(store, True)
echo("f64")(store, Val.f64(0.5))
echo("f64")(store, Val.f32(0.5))
echo("funcref")(store, None)
echo("funcref")(store, add)(store, 1, 1)
echo("funcref")(store, 5)
echo("funcref")(store, Val.funcref(None))
echo("externref")(store, "x")
echo("externref")(store, None)
echo("externref")(store, add) is add
echo("externref")(store, Val.externref((1, 2)))
returning("i32", 5)
returning("i32", 2**32 - 1)
returning("i32", True)
returning("i32", None)
returning("i32", "5")
returning("i32", 5.0)
returning("i32", [5])
returning("i32", Val.i32(5))
returning("i32", Val.f32(5.0))
returning("i64", 2**64 + 1)
returning("f32", 0.1)
returning("f64", 1)
returning("f64", 2.5)
returning("i32 i64", [1, 2])
returning("i32 i64", (1, 2))
returning("i32 i64", [1])
returning("i32 i64", [1, 2, 3])
returning("i32 i64", 5)
returning("i32 i64", None)
returning("i32 i64", [1, "x"])
returning("i32 f64", [Val.i32(1), 2.0])
returning("funcref", None)
returning("funcref", add)(store, 2, 3)
returning("externref", {"a": 1})
returning("externref", None)
host("", "", lambda: 5)(store)
host("", "", lambda: None)(store)
host("", "i32 i32", lambda: iter([1, 2]))(store)
host("", "i32 i32", lambda: "ab")(store)
host("i32", "", lambda: None)(store, 1)
host("", "", lambda a: None)(store)
host("i32 i64", "i64", functools.partial(max, 100))(store, 3, 5)
host("i32", "i32", abs)(store, -5)
host("i32 i64 f32 f64", "i64", lambda *args: len(args))(store, 1, 2, 3.0, 4.0)
raising(ValueError("x"))
raising(KeyboardInterrupt())
raising(SystemExit(3))
raising(StopIteration())
raising(Trap("made by hand"))
raising(WasmtimeError("made by hand"))
engine = Engine()
other = Store(engine)
Func(other, FuncType([], []), lambda: None)(other)
