"""`Global`."""

from wasmtime import Func, FuncType, Global, GlobalType, Store, Val, ValType

store = Store()
TYPES = {name: getattr(ValType, name)() for name in ("i32", "i64", "f32", "f64", "externref", "funcref")}
func = Func(store, FuncType([], [TYPES["i32"]]), lambda: 7)


def new(ty, value, mutable=True):
    return Global(store, GlobalType(TYPES[ty], mutable), value)


def changed(ty, value, to):
    made = new(ty, value)
    made.set_value(store, to)
    return made.value(store)


new("i32", 5).value(store)
new("i32", 2**32 + 3).value(store)
new("i32", -1).value(store)
new("i32", True).value(store)
new("i32", "a")
new("i32", 1.0)
new("i32", None)
new("i32", Val.i32(3)).value(store)
new("i32", Val.i64(3))
new("i64", 2**63).value(store)
new("f32", 0.1).value(store)
new("f32", 1)
new("f64", 0.1).value(store)
new("f64", Val.f64(2.5)).value(store)
changed("i32", 1, 2**31)
changed("i32", 1, "a")
changed("i32", 1, Val.i32(9))
changed("f64", 1.0, 2)
changed("i32", 1, None)
new("i32", 1, False).set_value(store, 2)
new("i32", 1, False).set_value(store, "x")
new("i32", 1).type(store).content
new("i32", 1, False).type(store).mutable
new("i32", 1).value(5)
new("i32", 1).value()
new("i32", 1).set_value(None, 1)
Global(store, 5, 1)
Global(5, GlobalType(TYPES["i32"], True), 1)
Global(store, GlobalType(TYPES["i32"], True))
new("funcref", None).value(store) == None  # noqa: E711
new("funcref", None).value(store) is None
new("funcref", None).value(store).type
new("funcref", func).value(store)(store)
changed("funcref", None, func)(store)
changed("funcref", func, None) == None  # noqa: E711
new("funcref", 5)
new("externref", "x").value(store)
new("externref", None).value(store).type
new("externref", 0).value(store)
new("externref", func).value(store) is func
changed("externref", "x", [1])
changed("externref", "x", None) == None  # noqa: E711
