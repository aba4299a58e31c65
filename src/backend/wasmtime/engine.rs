//! Engines and stores.

use crate::error::{Result, fail};
use wasm_c_api as c;

/// wasmtime's default for `max_wasm_stack`.
pub const DEFAULT_STACK: usize = 512 << 10;

/// An engine.
pub struct Engine(pub *mut c::wasm_engine_t);

// SAFETY: an engine is a shared, synchronized handle (wasmtime.h, "Thread Safety").
unsafe impl Send for Engine {}
// SAFETY: as above.
unsafe impl Sync for Engine {}

impl Engine {
    /// An engine.
    pub fn new() -> Result<Self> {
        // SAFETY: the config is given away to the engine.
        let raw = unsafe { c::wasm_engine_new_with_config(c::wasm_config_new()) };
        if raw.is_null() {
            fail!(Engine, "the engine could not be made");
        }
        Ok(Self(raw))
    }

    /// A new store.
    pub fn store_new(&self) -> Result<Store> {
        // SAFETY: the engine lives; the context belongs to the store and lives as long.
        unsafe {
            let raw = c::wasmtime_store_new(self.0, std::ptr::null_mut(), None);
            Ok(Store { raw, context: c::wasmtime_store_context(raw) })
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        // SAFETY: owned, and dropped once.
        unsafe { c::wasm_engine_delete(self.0) }
    }
}

/// A store with its context, through which all that lives in it is reached.
#[derive(Clone, Copy)]
pub struct Store {
    raw: *mut c::wasmtime_store_t,
    /// Good as long as the store.
    pub context: *mut c::wasmtime_context_t,
}

impl Store {
    /// Frees the store with all in it.
    pub fn delete(self) {
        // SAFETY: the record gives its store up once.
        unsafe { c::wasmtime_store_delete(self.raw) }
    }
}
