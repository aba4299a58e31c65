"""`Global`."""

from wasmer import Global, Store, Type, Value

store = Store()

constant = Global(store, Value.i32(42))
global_type = constant.type

assert constant.value == 42
assert global_type.type == Type.I32
assert global_type.mutable == False  # noqa: E712

variable = Global(store, Value.i32(42), mutable=True)

assert variable.mutable == True  # noqa: E712
assert variable.value == 42

variable.value = 153

assert variable.value == 153

explicit = Global(store, Value.i32(42), mutable=False)

assert explicit.type.type == Type.I32
assert explicit.type.mutable is False
