"""Names that are not ASCII, or not even text."""

from wasmer import ExportType, Function, ImportObject, Instance, Module, Store, wat2wasm

store = Store()
LONE = "a\ud800b"
module = Module(store, '(module (func (export "plain")))')


def named(name):
    module.name = name
    return module.name


wat2wasm(LONE)
wat2wasm('(module (func (export "\\ff")))')
Module(store, LONE)
Module(store, "(module $caf\u00e9)").name
good = """(module (import "\u65e5" "\u672c" (func $f (result i32)))
  (func (export "\U0001f600") (result i32) (call $f)) (func (export "nul\\00nul")) (func (export "tab\\09")))"""
[each.name for each in Module(store, good).exports]
[(each.module, each.name) for each in Module(store, good).imports]
Instance(Module(store, good))
exports = Instance(
    Module(store, good), {"\u65e5": {"\u672c": Function(store, lambda: 5, Module(store, good).imports[0].type)}}
).exports
getattr(exports, "\U0001f600")()
getattr(exports, "nul\0nul")()
getattr(exports, LONE)
exports.__getattribute__("\ud800")
[name for name, _ in exports]
module.custom_sections(LONE)
named("caf\u00e9")
named(LONE)
named("nul\0")
ImportObject().contains_namespace(LONE)
ImportObject().register(LONE, {})
Instance(module, {LONE: {}})
Instance(module, {"env": {LONE: Function(store, lambda: None)}})
Instance(module, {"env": {"\u65e5": Function(store, lambda: None)}})
ExportType(LONE, 1)
ExportType("\u65e5", 1).name
