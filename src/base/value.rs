//! Value slots: the form of a call's arguments and results, on both sides of the C layer.

use std::ffi::c_void;

/// One value. The slot does not hold its type: the function's type says which field is valid.
///
/// The size and layout equal those of wasmtime's `wasmtime_val_raw_t`, so that numbers need no conversion. A `funcref`
/// is a pointer to an `aw_extern`. An `externref` is a number by which the host knows the object. Null is 0.
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
    /// `funcref` or `externref`
    pub reference: u64,
}

/// A host function. `env` is the pointer that the function was created with. The slots in `values` hold the arguments,
/// and take the results. Returns 0, or the token of the host's failure.
pub type HostCallback = unsafe extern "C" fn(env: *mut c_void, values: *mut Value) -> u64;

const _: () = assert!(size_of::<Value>() == 16 && align_of::<Value>() == 8);

impl Default for Value {
    fn default() -> Self {
        Self { v128: [0; 16] }
    }
}

impl Value {
    /// Returns the first 64 bits of the slot: all bits of a number or a reference.
    pub fn bits(&self) -> u64 {
        // SAFETY: any 8 bytes are a valid `u64`. The first 8 bytes of a slot are always initialized: the shim makes
        // slots by `Value::default` or with the field `reference`, and engines and C callers pass whole slots.
        unsafe { self.reference }
    }
}
