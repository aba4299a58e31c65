"""`Instance` and its exports."""

from collections.abc import Mapping

from wasmtime import Engine, Func, FuncType, Instance, Limits, Memory, MemoryType, Module, Store

engine = Engine()
store = Store(engine)
SOURCE = """(module (func (export "f") (result i32) (i32.const 1)) (memory (export "m") 1)
    (global (export "g") i32 (i32.const 2)) (table (export "t") 1 funcref) (export "again" (func 0))
    (func (export "")))"""
instance = Instance(store, Module(engine, SOURCE), [])
exports = instance.exports(store)
nothing = Func(store, FuncType([], []), lambda: None)
importing = Module(engine, '(module (import "a" "b" (func)) (import "a" "c" (func)) (export "b" (func 0)))')


def module(fields):
    return Module(engine, f"(module {fields})")


def other():
    return Store(engine)


list(exports)
len(exports)
list(exports.keys())
[type(each).__name__ for each in exports.values()]
[(name, type(each).__name__) for name, each in exports.items()]
"f" in exports
"nothing" in exports
0 in exports
exports["f"](store)
exports["f"] is exports["f"]
exports["f"] is exports["again"]
exports[""](store)
exports["nothing"]
exports[0]
exports[None]
exports.get("nothing")
exports.get("nothing", 5)
exports.get("f") is exports["f"]
[type(each).__name__ for each in exports.by_index]
exports.by_index[0] is exports["f"]
type(exports.by_index).__name__
exports == exports
exports == dict(exports)
exports == 5
isinstance(exports, Mapping)
len(set(exports.values()))
instance.exports(store) is exports
exports.f
exports.__setitem__("f", 1)
instance.exports(5)
instance.exports()
Instance(store, importing, [nothing, nothing]).exports(store)["b"](store)
Instance(store, importing, (nothing, nothing)).exports(store)["b"](store)
Instance(store, importing, [nothing])
Instance(store, importing, [])
Instance(store, importing, [nothing] * 3)
Instance(store, importing, None)
Instance(store, importing, iter([nothing, nothing]))
Instance(store, importing, [nothing, 5])
Instance(store, importing, [nothing, None])
Instance(store, importing, {"a": nothing, "b": nothing})
Instance(store, importing, "ab")
Instance(store, importing)
Instance(5, importing, [nothing, nothing])
Instance(store, 5, [])
Instance(store, importing, [Func(other(), FuncType([], []), lambda: None)] * 2)
Instance(store, Module(Engine(), "(module)"), [])
Instance(other(), importing, [nothing, nothing])
Instance(store, module('(import "a" "m" (memory 1))'), [Memory(store, MemoryType(Limits(1, 2)))])
Instance(store, module('(memory 1) (data (i32.const 65536) "x")'), [])
Instance(store, module("(table 1 funcref) (func) (elem (i32.const 1) 0)"), [])
Instance(store, module("(func unreachable) (start 0)"), [])
imported = Instance(store, module('(import "a" "f" (func (result i32))) (export "f" (func 0))'), [exports["f"]])
imported.exports(store)["f"](store)
