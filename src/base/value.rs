//! Slots, which hold the arguments and results of calls. C callers and the shim use the same slots.

use crate::base::pointer;

/// A slot: 16 bytes that hold one value. The type of the parameter, result, global or table element determines which
/// field of the union is valid.
///
/// A slot has the size and layout of wasmtime's `wasmtime_val_raw_t`, so the shim passes numbers to wasmtime without a
/// copy.
#[repr(C)]
#[derive(Clone, Copy)]
pub union Value {
    /// `i32`
    pub i32: i32,
    /// `i64`
    pub i64: i64,
    /// `f32`
    pub f32: f32,
    /// `f64`
    pub f64: f64,
    /// `v128`, little-endian
    pub v128: [u8; 16],
    /// A reference. A null reference is 0. Any other `funcref` is the address of an `aw_extern`, a handle to a
    /// function. Any other `externref` is a host number: a number that the host chooses to identify one of its objects.
    pub reference: u64,
}

const _: () = assert!(size_of::<Value>() == 16 && align_of::<Value>() == 8);

impl Default for Value {
    fn default() -> Self {
        Self { v128: [0; 16] }
    }
}

impl Value {
    /// Returns the first 64 bits of the slot. These bits are the whole value if the value is a number or a reference.
    /// Only a vector has further bits.
    #[inline]
    pub fn bits(&self) -> u64 {
        pointer::first_64_bits(self)
    }
}
