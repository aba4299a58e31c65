"""`Module`."""

from wasmer import Instance, Module, Store, wat2wasm

store = Store()
wasm_bytes = wat2wasm('(module (func (export "function") (param i32 i64)))')

module = Module(store, wasm_bytes)
module = Module(store, "(module)")

assert Module.validate(Store(), wasm_bytes)

# Custom sections: \0, the length, then the name and the contents, here "easter_egg" and "hello".
sections = b"\0\x11\x0aeaster_eggWasmer" + b"\0\x0c\x05helloWorld!"
module = Module(store, b"\0asm\1\0\0\0" + sections)

assert module.custom_sections("easter_egg") == [b"Wasmer"]
assert module.custom_sections("hello") == [b"World!"]
assert module.custom_sections("foo") == []

module = Module(store, wasm_bytes)
serialized_module = module.serialize()

assert type(serialized_module) == bytes  # noqa: E721

del module
module = Module.deserialize(store, serialized_module)
del serialized_module

assert isinstance(module, Module)
assert Instance(module).exports.function(1, 2) is None

assert Module(store, "(module $moduleName)").name == "moduleName"
assert Module(store, "(module)").name == None  # noqa: E711

module = Module(store, "(module $moduleName)")
module.name = "hello"

assert module.name == "hello"
