"""`Val`."""

from wasmtime import Func, FuncType, Store, Val, ValType

store = Store()
func = Func(store, FuncType([], []), lambda: None)

Val.i32(5).value
Val.i32(0xFFFFFFFF).value
Val.i32(0x8000000000).value
Val.i32(-(2**31)).value
Val.i32(-(2**40) + 3).value
Val.i32(True).value
Val.i32(1.0)
Val.i32("1")
Val.i32(None)
Val.i32()
Val.i32(val=3).value
Val.i64(2**64 + 5).value
Val.i64(2**63).value
Val.i64(-(2**63) - 1).value
Val.i64(1.5)
Val.f32(1)
Val.f32(0.1).value
Val.f32(1e300).value
Val.f32(float("nan")).value
Val.f32(1e-60).value
Val.f32(True)
Val.f64(0.1).value
Val.f64(1)
Val.f64("x")
Val.f64(float("-inf")).value
Val.externref("x").value
Val.externref(None).value
Val.funcref(None).value
Val.funcref(func).value is func
Val.funcref(5).value
Val.ref_null(ValType.externref()).value
Val.ref_null(ValType.funcref()).type
Val.ref_null(ValType.i32())
Val.ref_null(5)
[each.type for each in (Val.i32(1), Val.i64(1), Val.f32(1.0), Val.f64(1.0), Val.externref(1), Val.funcref(None))]
Val.i32(1)
Val()
Val.i32(1) == 1
Val.i32(1) == True  # noqa: E712
Val.i32(1) == 2
1 == Val.i32(1)
Val.i32(1) != 1
Val.i32(1) == Val.i32(1)
Val.i32(1) == Val.i64(1)
Val.f64(1.0) == 1
Val.f64(float("nan")) == Val.f64(float("nan"))
Val.externref(None) == None  # noqa: E711
Val.externref(None) is None
Val.externref([1]) == [1]
hash(Val.i32(1))
bool(Val.i32(0))
Val.i32(7).as_i32()
Val.i32(7).as_i64()
Val.i32(7).as_f32()
Val.i32(7).as_f64()
Val.i32(7).as_externref()
Val.i32(7).as_funcref()
Val.i64(7).as_i64()
Val.f32(0.5).as_f32()
Val.f64(0.5).as_f64()
Val.f32(0.5).as_f64()
Val.externref("x").as_externref()
Val.externref(None).as_externref()
Val.funcref(func).as_funcref() is func
Val.funcref(None).as_funcref()
Val.funcref(5).as_funcref()
