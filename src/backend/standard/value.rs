//! Conversions between value slots ([`Value`], the shim's type for one argument or result) and `wasm_val_t` of
//! `wasm.h`.

use crate::backend::standard::types::val_kind;
use crate::base::types::ValType;
use crate::base::value::Value;
use wasm_c_api as c;

/// Converts a slot to a `wasm_val_t`. The owner of a reference in the slot stays the same.
#[inline]
pub fn to_c(ty: ValType, value: Value) -> c::wasm_val_t {
    let mut out = zero(ty);
    // SAFETY: every field of the union is an integer, a float or a pointer of at most 8 bytes. The first 8 bytes of the
    // slot are initialized. The kind in `out` determines which field an engine reads.
    unsafe { (&raw mut out.of).cast::<u64>().write(value.bits()) }
    out
}

/// Converts a `wasm_val_t` to a slot. The owner of a reference in the value stays the same.
#[inline]
pub fn from_c(value: &c::wasm_val_t) -> Value {
    // SAFETY: the union is 8 bytes long, and any 8 bytes are a valid integer. The upper 4 bytes of a 32-bit value are
    // undefined, but code that reads a 32-bit value does not read these bytes.
    Value { reference: unsafe { (&raw const value.of).cast::<u64>().read() } }
}

/// Returns the number 0 or the null reference of this type. Result slots start with this value, because engines read
/// the kind of a result slot before a call.
#[inline]
pub fn zero(ty: ValType) -> c::wasm_val_t {
    // SAFETY: all bits zero is a valid number and a valid null pointer.
    let mut out: c::wasm_val_t = unsafe { std::mem::zeroed() };
    out.kind = val_kind(ty);
    out
}
