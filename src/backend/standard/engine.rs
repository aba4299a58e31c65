//! Engines and stores.

use crate::base::error::{Result, fail};
use crate::base::options::Options;
use wasm_c_api as c;

/// An engine.
pub struct Engine(pub *mut c::wasm_engine_t);

// SAFETY: every engine's `wasm_engine_t` is a shared, synchronized handle by the header's own word ("Engine ... is
// thread-safe", wasm.h, "Runtime Environment"); stores are made from it under `&self`.
unsafe impl Send for Engine {}
// SAFETY: as above.
unsafe impl Sync for Engine {}

impl Engine {
    /// An engine with options that have been checked against the engine's list.
    pub fn new(options: &Options) -> Result<Self> {
        // SAFETY: a config is made, configured and given away to the engine.
        let raw = unsafe {
            let config = c::wasm_config_new();
            configure(config, options);
            c::wasm_engine_new_with_config(config)
        };
        if raw.is_null() {
            fail!(Engine, "the engine could not be made: {}", last_error());
        }
        Ok(Self(raw))
    }

    /// A new store.
    pub fn store_new(&self) -> Result<*mut c::wasm_store_t> {
        // SAFETY: the engine lives.
        let store = unsafe { c::wasm_store_new(self.0) };
        if store.is_null() {
            fail!(Engine, "the engine could not make a store: {}", last_error());
        }
        Ok(store)
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        // SAFETY: the stores and modules hold the engine's record, so this is the last use.
        unsafe { c::wasm_engine_delete(self.0) }
    }
}

#[cfg(feature = "wasmer")]
unsafe fn configure(config: *mut c::wasm_config_t, options: &Options) {
    let backend = match options.get("compiler") {
        Some("singlepass") => c::WASMER_BACKEND_SINGLEPASS,
        _ => c::WASMER_BACKEND_CRANELIFT,
    };
    // SAFETY: the compiler is compiled in: Cranelift always is, and the option `compiler` exists only in a build with
    // Singlepass (`HAS_COMPILERS` in quirks/mod.rs).
    unsafe {
        c::wasm_config_set_backend(config, backend);
        c::wasm_config_sys_canonicalize_nans(config, options.switch("cranelift_nan_canonicalization") == Some(true));
    }
}

#[cfg(not(feature = "wasmer"))]
unsafe fn configure(_: *mut c::wasm_config_t, _: &Options) {}

/// What the engine says of its last failure on this thread; reading it clears it.
#[cfg(feature = "wasmer")]
pub fn last_error() -> String {
    pending_error().unwrap_or_else(|| "it gave no reason".to_owned())
}

/// As [`last_error`], or none.
#[cfg(feature = "wasmer")]
pub fn pending_error() -> Option<String> {
    // SAFETY: both functions only look at a variable of this thread; the buffer has the length they are told.
    unsafe {
        let length = c::wasmer_last_error_length();
        if length <= 0 {
            return None;
        }
        let mut buffer = vec![0u8; length as usize];
        c::wasmer_last_error_message(buffer.as_mut_ptr().cast(), length);
        while buffer.last() == Some(&0) {
            buffer.pop();
        }
        Some(String::from_utf8_lossy(&buffer).into_owned())
    }
}

/// `wasm.h` has no word for reasons.
#[cfg(not(feature = "wasmer"))]
pub fn last_error() -> String {
    "it gave no reason".to_owned()
}

/// Nothing is pending where there are no reasons.
#[cfg(not(feature = "wasmer"))]
pub fn pending_error() -> Option<String> {
    None
}
