"""`Caller`."""

from wasmtime import Engine, Func, FuncType, Global, GlobalType, Instance, Module, Store, ValType

engine = Engine()
store = Store(engine)
SOURCE = """(module (import "" "" (func $host)) (memory (export "memory") 1) (data (i32.const 0) "hi")
    (global (export "g") (mut i32) (i32.const 7)) (table (export "t") 2 funcref)
    (func (export "five") (result i32) (i32.const 5)) (func (export "run") (call $host))
    {})"""
INNER = Module(engine, '(module (func (export "f")))')
START = "(func $go (call $host)) (start $go)"
kept = []


def calling(function, start=False):
    """What a function says of its caller, called by an export or a start function."""
    said = []

    def host(caller):
        kept.append(caller)
        said.append(function(caller))

    imports = [Func(store, FuncType([], []), host, access_caller=True)]
    instance = Instance(store, Module(engine, SOURCE.format(START if start else "")), imports)
    if not start:
        instance.exports(store)["run"](store)
    return said


calling(lambda caller: type(caller).__name__)
calling(lambda caller: [type(caller[name]).__name__ for name in ("memory", "g", "t", "five")])
calling(lambda caller: caller["memory"].read(caller, 0, 2))
calling(lambda caller: caller["g"].value(caller))
calling(lambda caller: caller["five"](caller))
calling(lambda caller: caller["five"](store))
calling(lambda caller: caller["t"].size(caller))
calling(lambda caller: caller.get("nothing"))
calling(lambda caller: caller["nothing"])
calling(lambda caller: caller.get(5))
calling(lambda caller: caller[5])
calling(lambda caller: "memory" in dir(caller))
calling(lambda caller: Global(caller, GlobalType(ValType.i32(), False), 3).value(caller))
calling(lambda caller: Func(caller, FuncType([], []), lambda: None))
calling(lambda caller: Instance(caller, INNER, []).exports(caller)["f"](caller))
calling(lambda caller: 1 / 0)
calling(lambda caller: caller["memory"].read(caller, 0, 2), start=True)
calling(lambda caller: caller["five"](caller), start=True)
calling(lambda caller: caller.get("nothing"), start=True)
calling(lambda caller: 1 / 0, start=True)
kept[0].get("memory")
kept[0]["memory"]
kept[0]._context()
Global(kept[0], GlobalType(ValType.i32(), False), 3)
Func(store, FuncType([], []), lambda caller: kept.append(caller.get("memory")), access_caller=True)(store)
kept[-1]
Func(store, FuncType([ValType.i32()], [ValType.i32()]), lambda caller, x: x + 1, True)(store, 1)
Func(store, FuncType([], []), lambda: None, access_caller=True)(store)
