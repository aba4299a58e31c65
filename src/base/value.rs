//! A value slot: what a call's arguments and results are, on both sides of the C layer.

use std::ffi::c_void;

/// One value. Which field is meant is said by a type elsewhere.
///
/// It has the size and layout of the unchecked values of the extension backend, so that numbers pass through without
/// a copy. A reference is a pointer: for `funcref` to an `aw_extern`, for `externref` the host's own number for the
/// object; null is 0.
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
    /// A reference.
    pub reference: u64,
}

/// A host function: called with its environment and the value slots, returns 0 or a token of its failure.
pub type HostCallback = unsafe extern "C" fn(env: *mut c_void, values: *mut Value) -> u64;

const _: () = assert!(size_of::<Value>() == 16 && align_of::<Value>() == 8);

impl Default for Value {
    fn default() -> Self {
        Self { v128: [0; 16] }
    }
}

impl Value {
    /// All 64 bits that a number has; any value is some number.
    pub fn bits(&self) -> u64 {
        // SAFETY: every bit pattern is a valid integer, and constructors always write all 16 bytes.
        unsafe { self.reference }
    }
}
