//! Modules.

use crate::backend::standard::engine::{Engine, last_error};
use crate::base::error::{Error, ErrorKind, Result, fail};
use wasm_c_api as c;

/// A compiled module, with the store it was compiled in: `wasm.h` compiles only inside one.
pub struct Module {
    /// The module.
    pub raw: *mut c::wasm_module_t,
    store: *mut c::wasm_store_t,
}

// SAFETY: a compiled module is immutable and shared by reference count on every bundled engine; the store beside it
// is touched by nobody until both are dropped, by one thread.
unsafe impl Send for Module {}
// SAFETY: as above.
unsafe impl Sync for Module {}

impl Module {
    /// Compiles what was validated.
    pub fn new(engine: &Engine, wasm: &[u8]) -> Result<Self> {
        // SAFETY: the bytes are only read during the call.
        Self::with_store(engine, |store| unsafe { c::wasm_module_new(store, &borrowed(wasm)) })
            .map_err(|reason| Error::new(ErrorKind::Malformed, format!("the engine refused the module: {reason}")))
    }

    /// The engine's own serialization.
    pub fn serialize(&self) -> Result<Vec<u8>> {
        // SAFETY: the vector is filled by the engine and freed by it, in between only read. An engine that fails may
        // leave it untouched, hence the zeroes.
        unsafe {
            let mut vec: c::wasm_byte_vec_t = std::mem::zeroed();
            c::wasm_module_serialize(self.raw as _, &mut vec);
            if vec.data.is_null() {
                fail!(Engine, "the module could not be serialized: {}", last_error());
            }
            let bytes = std::slice::from_raw_parts(vec.data.cast::<u8>(), vec.size).to_vec();
            c::wasm_byte_vec_delete(&mut vec);
            Ok(bytes)
        }
    }

    /// The reverse.
    ///
    /// # Safety
    /// The bytes were serialized by this engine in this version.
    pub unsafe fn deserialize(engine: &Engine, bytes: &[u8]) -> Result<Self> {
        // SAFETY: the caller's promise; the bytes are only read during the call.
        Self::with_store(engine, |store| unsafe { c::wasm_module_deserialize(store, &borrowed(bytes)) }).map_err(
            |reason| Error::new(ErrorKind::Incompatible, format!("the engine refused its own module: {reason}")),
        )
    }

    fn with_store(
        engine: &Engine,
        make: impl FnOnce(*mut c::wasm_store_t) -> *mut c::wasm_module_t,
    ) -> std::result::Result<Self, String> {
        let store = engine.store_new().map_err(|e| e.message)?;
        let raw = make(store);
        if raw.is_null() {
            // SAFETY: the store is ours, and nothing lives in it.
            unsafe { c::wasm_store_delete(store) };
            return Err(last_error());
        }
        Ok(Self { raw, store })
    }
}

impl Drop for Module {
    fn drop(&mut self) {
        // SAFETY: both are owned, and dropped once; instances keep what they need of the module themselves.
        unsafe {
            c::wasm_module_delete(self.raw);
            c::wasm_store_delete(self.store);
        }
    }
}

fn borrowed(bytes: &[u8]) -> c::wasm_byte_vec_t {
    c::wasm_byte_vec_t { size: bytes.len(), data: bytes.as_ptr().cast_mut().cast() }
}
