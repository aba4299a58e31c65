"""`Global`."""

from wasmer import Global, Instance, Module, Store, Type, Value

store = Store()
SOURCE = """(module
  (global (export "i32") (mut i32) (i32.const 1)) (global (export "i64") (mut i64) (i64.const 2))
  (global (export "f32") (mut f32) (f32.const 1.5)) (global (export "f64") (mut f64) (f64.const 2.5))
  (global (export "constant") i32 (i32.const -7)))"""
exports = Instance(Module(store, SOURCE)).exports
constant, mutable = Global(store, Value.i32(42)), Global(store, Value.i32(42), mutable=True)


class Indexable:
    def __index__(self):
        return 5


constant
constant.value
constant.mutable
str(constant.type)
constant.type.type == Type.I32
mutable.mutable
str(mutable.type)
setattr(mutable, "value", 153)
mutable.value
setattr(mutable, "value", 2**32 - 1)
mutable.value
setattr(mutable, "value", 2**31)
mutable.value
setattr(mutable, "value", -(2**31))
mutable.value
setattr(mutable, "value", 2**32)
setattr(mutable, "value", -(2**31) - 1)
setattr(mutable, "value", 2**70)
setattr(mutable, "value", True)
mutable.value
setattr(mutable, "value", 1.5)
setattr(mutable, "value", "1")
setattr(mutable, "value", None)
setattr(mutable, "value", Value.i32(1))
setattr(mutable, "value", Indexable())
mutable.value
delattr(mutable, "value")
setattr(constant, "value", 1)
setattr(constant, "value", "text")
setattr(constant, "mutable", True)
setattr(constant, "type", 1)
constant.x
setattr(constant, "x", 1)
exports.i32.value
exports.i64.value
exports.f32.value
exports.f64.value
exports.constant.value
exports.constant.mutable
[str(getattr(exports, name).type) for name in ("i32", "i64", "f32", "f64", "constant")]
setattr(exports.i64, "value", 2**64 - 1)
exports.i64.value
setattr(exports.i64, "value", 2**64)
setattr(exports.i64, "value", -(2**63) - 1)
setattr(exports.i64, "value", 1.0)
setattr(exports.f32, "value", 0.1)
exports.f32.value
setattr(exports.f32, "value", 1)
setattr(exports.f32, "value", 1e39)
exports.f32.value
setattr(exports.f64, "value", 0.1)
exports.f64.value
setattr(exports.f64, "value", 1)
setattr(exports.f64, "value", "1")
setattr(exports.f64, "value", float("nan"))
exports.f64.value
setattr(exports.constant, "value", 1)
Global(store, Value.i64(-1)).value
Global(store, Value.f32(0.1)).value
Global(store, Value.f64(0.1)).value
Global(store, Value.f32(1)).value
Global(store, Value.v128(2**127 + 5)).type.type
Global(store, Value.v128(2**127 + 5)).value
Global(store, Value.i32(1), mutable=None).mutable
Global(store, Value.i32(1), None).mutable
Global(store, Value.i32(1), True).mutable
Global(store, value=Value.i32(1), mutable=False).mutable
Global(store=store, value=Value.i32(1)).value
Global(store, Value.i32(1), 1)
Global(store, Value.i32(1), "x")
Global(store, 5)
Global(store, None)
Global(store, 1.5, True)
Global(5, Value.i32(1))
Global(None, Value.i32(1))
Global(store)
Global()
Global(store, Value.i32(1), True, 1)
Global(store, Value.i32(1), x=1)
constant == constant
Global(store, Value.i32(1)) == Global(store, Value.i32(1))
str(constant)
int(constant)
