"""`Exports` and its iterator."""

from wasmer import Exports, ExportsIterator, Instance, Module, Store

SOURCE = """(module
  (func (export "func") (param i32 i64) (result i32) (local.get 0))
  (global (export "glob") i32 (i32.const 7))
  (table (export "tab") 0 funcref)
  (memory (export "mem") 1)
  (func (export "with space") (result i32) (i32.const 1))
  (func (export "") (result i32) (i32.const 2))
  (func (export "\\c3\\a9") (result i32) (i32.const 3))
  (func (export "__len__") (result i32) (i32.const 4))
  (func (export "__class__") (result i32) (i32.const 5))
  (func (export "__dict__") (result i32) (i32.const 6))
  (func (export "__foo__") (result i32) (i32.const 7))
  (func (export "_private") (result i32) (i32.const 8))
  (func (export "__init__") (result i32) (i32.const 9))
  (func (export "__weakref__") (result i32) (i32.const 10))
  (func (export "__slots__") (result i32) (i32.const 11))
  (func (export "__module__") (result i32) (i32.const 12))
  (func (export "_of") (result i32) (i32.const 13)))"""
exports = Instance(Module(Store(), SOURCE)).exports

exports
type(exports.func)
type(exports.glob)
type(exports.tab)
type(exports.mem)
exports.func(1, 2)
getattr(exports, "with space")()
getattr(exports, "")()
exports.é()
exports.__len__()
exports.__class__
exports.__dict__()
exports.__foo__()
exports._private()
exports.__weakref__()
exports.__slots__()
exports._of()
exports.nothing
getattr(exports, "nothing", None)
hasattr(exports, "nothing")
hasattr(exports, "func")
getattr(exports, "é", None) is not None
exports.__getattribute__("func")(1, 2)
exports.__getattribute__("nothing")
exports.__getattribute__(5)
exports.__getattribute__()
Exports.__getattribute__(exports, "func")(1, 2)
object.__getattribute__(exports, "func")
exports.func == exports.func
exports.glob.value
setattr(exports, "func", 1)
setattr(exports, "new", 1)
delattr(exports, "func")
exports["func"]
exports[0]
exports()
len(exports)
bool(exports)
[name for name, _ in exports]
[type(export) for _, export in exports]
dict(exports)
list(exports)[0][0]
tuple(exports)[1][1].value
"func" in exports
iter(exports)
iter(iter(exports))
iterator = iter(exports)
iter(iterator) is iterator
next(iterator)[0]
len(list(iterator))
next(iterator, None)
list(iterator)
len(iterator)
len(Instance(Module(Store(), "(module)")).exports)
bool(Instance(Module(Store(), "(module)")).exports)
list(Instance(Module(Store(), "(module)")).exports)
Exports()
Exports(1)
ExportsIterator()
repr(exports)
hash(exports) == hash(exports)
exports == exports
