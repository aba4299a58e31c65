"""`Table`."""

from wasmtime import Func, FuncType, Limits, Store, Table, TableType, Val, ValType

store = Store()
func = Func(store, FuncType([], [ValType.i32()]), lambda: 7)


def new(init=None, element="funcref", limits=(2, 5)):
    return Table(store, TableType(getattr(ValType, element)(), Limits(*limits)), init)


def after(element="funcref", index=0, value=None):
    made = new(None, element)
    made.set(store, index, value)
    return made.get(store, index)


def grown(amount, init=None):
    made = new()
    return made.grow(store, amount, init), made.size(store), (made.type(store).limits.min, made.type(store).limits.max)


new().size(store)
(new().type(store).limits.min, new().type(store).limits.max)
new().type(store).element
new(limits=(0, None)).size(store)
new(limits=(4, 2)).size(store)
new().get(store, 0) == None  # noqa: E711
new().get(store, 0) is None
new().get(store, 0).type
new().get(store, 2)
new().get(store, 5)
new().get(store, -1)
new().get(store, "a")
new().get(store, 1.5)
new().get(store, True) == None  # noqa: E711
new(func).get(store, 1)(store)
new(func).get(5, 1)
after(value=func)(store)
after(value=None) == None  # noqa: E711
after(value=Val.funcref(func))(store)
after(value=Val.funcref(None)) == None  # noqa: E711
after(value=Val.i32(1))
after(value=Val.externref(None))
after(value="x")
after(value=1)
after(index=2, value=func)
after(index=-1, value=func)
after(index="a", value=None)
grown(2)
grown(3)
grown(4)
grown(0)
grown(1, func)
grown(1, 5)
grown("x")
grown(1.5)
grown(-1)
Table(store, 5, None)
new(5)
Table(5, TableType(ValType.funcref(), Limits(2, 5)), None)
Table(store, TableType(ValType.funcref(), Limits(2, 5)))
new("hi", "externref").get(store, 0)
after("externref", value=[1])
after("externref", value=None) == None  # noqa: E711
after("externref", value="")
after("externref", value=func) is func
after("externref", index=9, value=1)
