//! Values between our slots and `wasm_val_t`.

use crate::backend::standard::types::val_kind;
use crate::base::types::ValType;
use crate::base::value::Value;
use wasm_c_api as c;

/// A slot as `wasm_val_t`. A reference in it keeps its owner.
pub fn to_c(ty: ValType, value: Value) -> c::wasm_val_t {
    let mut out = zero(ty);
    // SAFETY: all bytes of a slot are written, and the union's fields are all integers, floats or a pointer, which
    // fit in its 8 bytes; the kind says which one is meant.
    unsafe { (&raw mut out.of).cast::<u64>().write(value.reference) }
    out
}

/// Takes a value of this type out of a `wasm_val_t`.
pub fn from_c(value: &c::wasm_val_t) -> Value {
    // SAFETY: as in `to_c`; a 32-bit value leaves the upper half as it was, which nobody looks at.
    Value { reference: unsafe { (&raw const value.of).cast::<u64>().read() } }
}

/// Zero or null of this type: what a result slot holds before the call, since engines read its kind.
pub fn zero(ty: ValType) -> c::wasm_val_t {
    // SAFETY: zero is a valid number and a valid null pointer.
    let mut out: c::wasm_val_t = unsafe { std::mem::zeroed() };
    out.kind = val_kind(ty);
    out
}
