//! Value slots, which hold the arguments and results of calls on both sides of the C layer.

use crate::base::pointer;

/// A value slot. The type of the parameter, result, global or table says which field holds the value.
///
/// The slot has the size and layout of wasmtime's `wasmtime_val_raw_t`, so that numbers reach that engine without a
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
    /// A reference: 0 for null, or else for `funcref` the address of an `aw_extern`, and for `externref` the host's
    /// number for the object.
    pub reference: u64,
}

const _: () = assert!(size_of::<Value>() == 16 && align_of::<Value>() == 8);

impl Default for Value {
    fn default() -> Self {
        Self { v128: [0; 16] }
    }
}

impl Value {
    /// Returns the first 64 bits of the slot: all bits of a number or a reference.
    pub fn bits(&self) -> u64 {
        pointer::first_word(self)
    }
}
