"""The very first example: a module in text form, instantiated and called."""

from wasmer import Instance, Module, Store, wasm2wat, wat2wasm

store = Store()
module = Module(
    store,
    """
    (module
      (type (func (param i32 i32) (result i32)))
      (func (type 0)
        local.get 0
        local.get 1
        i32.add)
      (export "sum" (func 0)))
    """,
)
instance = Instance(module)

assert instance.exports.sum(1, 2) == 3

assert wat2wasm("(module)") == b"\x00asm\x01\x00\x00\x00"
assert wasm2wat(b"\x00asm\x01\x00\x00\x00") == "(module)"
