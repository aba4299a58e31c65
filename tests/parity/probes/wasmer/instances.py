"""`Instance`, and what is given to it."""

from collections import OrderedDict, UserDict, defaultdict

from wasmer import (
    Function,
    FunctionType,
    Global,
    ImportObject,
    Instance,
    Memory,
    MemoryType,
    Module,
    Store,
    Type,
    Value,
)

store = Store()
empty = Module(store, "(module)")
asking = Module(
    store,
    """(module (import "env" "f" (func $f (param i32 i64) (result i32)))
  (func (export "run") (result i32) (call $f (i32.const 20) (i64.const 22))))""",
)


def add(x: int, y: "i64") -> int:  # noqa: F821
    return x + y


class Names(dict):
    def __missing__(self, name):
        return Function(store, add)


f = Function(store, add)
names = {"f": f}

Instance(empty)
Instance(empty, None)
Instance(module=empty, import_object=None)
Instance(empty, {})
Instance(empty, {"env": {}})
Instance(empty, ImportObject())
Instance(empty, {1: {}})
Instance(empty, {None: {"f": f}})
Instance(empty, {"env": {1: f}})
Instance(empty, {"env": {None: f}})
Instance(empty, {"env": {"x": 5}})
Instance(empty, {"env": {"x": None}})
Instance(empty, {"env": {"x": lambda: 1}})
Instance(empty, {"env": {"x": store}})
Instance(empty, {"env": 5})
Instance(empty, {"env": None})
Instance(empty, {"env": [("f", f)]})
Instance(empty, {"env": ImportObject()})
Instance(empty, 5)
Instance(empty, [])
Instance(empty, "env")
Instance(empty, UserDict())
Instance(empty, {"env": UserDict()})
Instance(5)
Instance(None)
Instance(b"")
Instance("(module)")
Instance()
Instance(empty, None, None)
Instance(empty, x=1)

Instance(asking, {"env": {"f": f}}).exports.run()
Instance(asking, OrderedDict(env=OrderedDict(f=f))).exports.run()
Instance(asking, defaultdict(dict, env={"f": f})).exports.run()
Instance(asking, {"env": Names(f=f)}).exports.run()
Instance(asking, {"env": {"f": f, "more": f}, "other": {"f": f}}).exports.run()
Instance(asking, {"env": Names()})
Instance(asking, defaultdict(lambda: {"f": f}))
Instance(asking)
Instance(asking, {})
Instance(asking, {"env": {}})
Instance(asking, {"env": {"F": f}})
Instance(asking, ImportObject())
Instance(asking, {"env": {"f": Function(store, lambda: None)}})
Instance(asking, {"env": {"f": Function(store, add, FunctionType([Type.I32, Type.I64], [Type.I64]))}})
Instance(asking, {"env": {"f": Memory(store, MemoryType(1))}})
Instance(asking, {"env": {"f": Global(store, Value.i32(1))}})


def link(text, given=None):
    return Instance(
        Module(store, f'(module (import "env" "x" {text}))'), given if given is None else {"env": {"x": given}}
    )


def made(text):
    return Instance(Module(store, f'(module ({text[0]} (export "x") {text[1]}))')).exports.x


link("(memory 1)")
link("(memory 1 2)")
link("(memory 0)")
link("(global i32)")
link("(global (mut f64))")
link("(global externref)")
link("(table 1 funcref)")
link("(table 1 2 externref)")
link("(func)")
link("(func (param v128 externref) (result funcref))")
link("(memory 2)", Memory(store, MemoryType(1)))
link("(memory 1)", Memory(store, MemoryType(2)))
link("(memory 1 3)", Memory(store, MemoryType(2)))
link("(memory 1 3)", Memory(store, MemoryType(2, 3)))
link("(memory 1 3)", Memory(store, MemoryType(2, 4)))
link("(memory 1)", Global(store, Value.i32(1)))
link("(memory 1)", f)
link("(global i32)", Global(store, Value.i32(1)))
link("(global i32)", Global(store, Value.i32(1), mutable=True))
link("(global (mut i32))", Global(store, Value.i32(1)))
link("(global (mut i32))", Global(store, Value.i32(1), mutable=True))
link("(global i64)", Global(store, Value.i32(1)))
link("(global i32)", Memory(store, MemoryType(1)))
link("(table 2 funcref)", made(("table", "2 funcref")))
link("(table 2 funcref)", made(("table", "1 funcref")))
link("(table 2 4 funcref)", made(("table", "2 funcref")))
link("(table 2 4 funcref)", made(("table", "3 5 funcref")))
link("(table 2 externref)", made(("table", "2 funcref")))
link("(table 2 funcref)", f)
link("(func (param i32))", f)
link("(func)", f)
link("(func (param i32 i64) (result i32))", f)


def grown(text):
    """An export of this type, five larger than it says."""
    kind, rest = text.split(" ", 1)
    init = "(ref.null func) " if kind == "table" else ""
    source = f"""(module ({kind} (export "x") {rest})
      (func (export "grow") (result i32) ({kind}.grow {init}(i32.const 5))))"""
    exports = Instance(Module(store, source)).exports
    exports.grow()
    return exports.x


link("(memory 6)", grown("memory 1"))
link("(memory 7)", grown("memory 1"))
link("(memory 7)", grown("memory 1 9"))
link("(table 6 funcref)", grown("table 1 funcref"))
link("(table 7 9 funcref)", grown("table 1 9 funcref"))

Instance(Module(store, "(module (func $s unreachable) (start $s))"))
Instance(Module(store, '(module (memory 1) (data (i32.const 65536) "x"))'))
Instance(Module(store, '(module (memory 1) (data (i32.const -1) "x"))'))
Instance(Module(store, "(module (table 1 funcref) (func $f) (elem (i32.const 1) $f))"))


def fail():
    raise KeyError("from the start function")


Instance(Module(store, '(module (import "" "" (func $f)) (start $f))'), {"": {"": Function(store, fail)}})
Instance(empty).exports
Instance(empty).exports == Instance(empty).exports
instance = Instance(asking, {"env": names})
instance.exports is instance.exports
instance.exports == instance.exports
setattr(instance, "exports", 1)
instance.x
setattr(instance, "x", 1)
str(instance)
