"""`Module`."""

from wasmer import Module, Store, wat2wasm

store = Store()
binary = wat2wasm("(module)")
shop = Module(
    store,
    """(module $shop
  (import "env" "f" (func (param i32) (result i64)))
  (import "env" "g" (global (mut f32)))
  (import "other" "m" (memory 1 2))
  (import "other" "t" (table 3 funcref))
  (func (export "run") (param f64) (result v128 externref) unreachable)
  (global (export "glob") i64 (i64.const 1))
  (memory $m 7)
  (export "mem" (memory 0))
  (export "tab" (table 0)))""".replace("(memory $m 7)", ""),
)


class Bytes(bytes):
    pass


class Text(str):
    pass


Module(store, binary)
Module(store, "(module)")
Module(store, b"(module)")
Module(store, Bytes(binary))
Module(store, Text("(module)"))
Module(store=store, bytes=binary)
Module(store, bytearray(binary))
Module(store, memoryview(binary))
Module(store, 5)
Module(store, None)
Module(store, [1])
Module(store)
Module()
Module(5, binary)
Module(None, binary)
Module(binary, store)
Module(store, binary, 1)
Module(store, x=1)
Module(store, "")
Module(store, b"")
Module(store, b"\0as")
Module(store, b"\0asm")
Module(store, b"\0asm\1\0\0\0\1")
Module(store, b"\0asm\2\0\0\0")
Module(store, "(module")
Module(store, b"(module")
Module(store, "(modul)")
Module(store, b"\xff\xfe")
Module(store, "(module (func (result i32)))")
Module(store, "(module (func (result i32) i64.const 1))")
Module(store, "(module (func br 5))")
Module(store, "(module (memory 1) (memory 1))")
Module(store, "(module (memory 70000))")
Module(store, '(module (func $a) (export "a" (func $a)) (export "a" (func $a)))')
Module(store, "(module (func call 7))")
Module(store, "(module (start 0) (func (param i32)))")
Module(store, "(module (global i32 (i64.const 1)))")
Module(store, "(module (func global.get 0))")
Module(store, "(module (memory 2 1))")

Module.validate(store, binary)
Module.validate(store=store, bytes=binary)
Module.validate(store, b"")
Module.validate(store, b"\0asm")
Module.validate(store, "(module)")
Module.validate(store, b"(module)")
Module.validate(store, bytearray(binary))
Module.validate(store, Bytes(binary))
Module.validate(store, None)
Module.validate(store, 5)
Module.validate(5, binary)
Module.validate(store)
Module.validate(store, wat2wasm("(module (func (result i32)))"))
Module.validate(store, wat2wasm("(module (func (result i32 i32) i32.const 1 i32.const 2))"))
Module.validate(store, wat2wasm("(module (func (param v128)))"))
Module.validate(store, wat2wasm("(module (func (param externref)))"))

shop.name
Module(store, "(module)").name
setattr(shop, "name", "renamed")
shop.name
setattr(shop, "name", "")
shop.name
setattr(shop, "name", 5)
setattr(shop, "name", None)
setattr(shop, "name", b"x")
delattr(shop, "name")
setattr(shop, "exports", [])
setattr(shop, "x", [])
shop.x

[type(each) for each in shop.exports]
[each.name for each in shop.exports]
[str(each.type) for each in shop.exports]
[type(each.type) for each in shop.exports]
[(each.module, each.name) for each in shop.imports]
[str(each.type) for each in shop.imports]
shop.exports is shop.exports
Module(store, "(module)").exports
Module(store, "(module)").imports

noted = Module(store, b"\0asm\1\0\0\0\0\x06\x04noteA\0\x06\x04noteB\0\x06\x04nodeC")
noted.custom_sections("note")
noted.custom_sections(name="note")
noted.custom_sections("nothing")
noted.custom_sections("")
noted.custom_sections(5)
noted.custom_sections(None)
noted.custom_sections()
shop.custom_sections("name")
Module.deserialize(store, noted.serialize()).custom_sections("note")

type(shop.serialize())
shop.serialize(1)
Module.deserialize(store, shop.serialize())
Module.deserialize(store=store, bytes=shop.serialize()).name
[each.name for each in Module.deserialize(Store(), shop.serialize()).exports]
[str(each.type) for each in Module.deserialize(Store(), shop.serialize()).imports]
Module.deserialize(store, Module(store, "(module $two)").serialize()).name
Module.deserialize(store, b"")
Module.deserialize(store, b"nonsense")
Module.deserialize(store, binary)
Module.deserialize(store, bytearray(shop.serialize()))
Module.deserialize(store, "text")
Module.deserialize(store, None)
Module.deserialize(5, b"")
Module.deserialize(store)

shop == shop
shop == Module(store, binary)
hash(shop) == hash(shop)
bool(shop)
len(shop)
str(shop)
