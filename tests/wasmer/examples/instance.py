"""`Instance`, with imports in any kind of dict."""

from collections import defaultdict

from wasmer import Function, Instance, Module, Store


def add(x: int, y: int) -> int:
    return x + y


store = Store()
module = Module(
    store,
    """
    (module
      (import "math" "sum" (func $sum (param i32 i32) (result i32)))
      (func (export "add_one") (param i32) (result i32)
        local.get 0
        i32.const 1
        call $sum))
    """,
)
import_object: defaultdict[str, dict[str, Function]] = defaultdict(dict)
import_object["math"]["sum"] = Function(store, add)
instance = Instance(module, import_object)

assert instance.exports.add_one(41) == 42
