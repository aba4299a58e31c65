//! Modules.

use crate::backend::wasmtime::engine::Engine;
use crate::backend::wasmtime::error;
use crate::base::error::{ErrorKind, Result};
use wasm_c_api as c;

/// A compiled module.
pub struct Module(pub *mut c::wasmtime_module_t);

// SAFETY: a module is immutable and shared by reference count (wasmtime.h, "Thread Safety").
unsafe impl Send for Module {}
// SAFETY: as above.
unsafe impl Sync for Module {}

impl Module {
    /// Compiles what was validated.
    pub fn new(engine: &Engine, wasm: &[u8]) -> Result<Self> {
        let mut raw = std::ptr::null_mut();
        // SAFETY: the bytes are only read; the error is ours, and without one so is the module.
        unsafe {
            error::check(c::wasmtime_module_new(engine.0, wasm.as_ptr(), wasm.len(), &mut raw), ErrorKind::Malformed)
        }?;
        Ok(Self(raw))
    }

    /// wasmtime's own serialization.
    pub fn serialize(&self) -> Result<Vec<u8>> {
        // SAFETY: the vector is filled by wasmtime where there is no error, and freed by it.
        unsafe {
            let mut vec = std::mem::zeroed();
            error::check(c::wasmtime_module_serialize(self.0, &mut vec), ErrorKind::Engine)?;
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
        let mut raw = std::ptr::null_mut();
        // SAFETY: the caller's promise; the bytes are only read.
        unsafe {
            let error = c::wasmtime_module_deserialize(engine.0, bytes.as_ptr(), bytes.len(), &mut raw);
            error::check(error, ErrorKind::Incompatible)?;
        }
        Ok(Self(raw))
    }
}

impl Drop for Module {
    fn drop(&mut self) {
        // SAFETY: owned, and dropped once; instances keep what they need of the module themselves.
        unsafe { c::wasmtime_module_delete(self.0) }
    }
}
