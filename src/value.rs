//! A value slot: what a call's arguments and results are, on both sides of the C layer.

use crate::types::ValType;
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

    /// Turns an integer given as `i64` or a float given as `f64` into the slot's own type.
    ///
    /// Returns false for an integer outside -2^31 .. 2^32, which no `i32` can hold.
    pub fn narrow(&mut self, ty: ValType) -> bool {
        match ty {
            ValType::I32 => {
                let wide = self.bits() as i64;
                if !(-(1 << 31)..1 << 32).contains(&wide) {
                    return false;
                }
            }
            ValType::F32 => self.reference = u64::from((f64::from_bits(self.bits()) as f32).to_bits()),
            _ => {}
        }
        true
    }

    /// The reverse of [`Value::narrow`]: sign-extends an `i32`, widens an `f32`.
    pub fn widen(&mut self, ty: ValType) {
        match ty {
            ValType::I32 => self.i64 = i64::from(self.bits() as u32 as i32),
            ValType::F32 => self.f64 = f64::from(f32::from_bits(self.bits() as u32)),
            _ => {}
        }
    }
}
