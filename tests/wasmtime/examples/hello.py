"""A module that calls back into Python."""

from wasmtime import Func, FuncType, Instance, Module, Store

store = Store()
module = Module(
    store.engine,
    """
  (module
    (func $hello (import "" "hello"))
    (func (export "run") (call $hello)))
""",
)
greetings: list[str] = []


def say_hello() -> None:
    greetings.append("Hello from Python!")


hello = Func(store, FuncType([], []), say_hello)
instance = Instance(store, module, [hello])
run = instance.exports(store)["run"]
run(store)
assert greetings == ["Hello from Python!"]
