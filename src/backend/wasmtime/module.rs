//! Functions for compiled modules.

use crate::backend::ModuleOps;
use crate::backend::trusted::TrustedBytes;
use crate::backend::wasmtime::engine::Engine;
use crate::backend::wasmtime::{Wasmtime, error};
use crate::base::error::{ErrorKind, Result};
use std::sync::Arc;
use wasm_c_api as c;

/// A handle to a compiled module. `Drop` frees the handle.
pub struct Module(pub *mut c::wasmtime_module_t);

// SAFETY: a module is immutable and reference-counted (wasmtime.h, "Thread Safety").
unsafe impl Send for Module {}
// SAFETY: a module is immutable (wasmtime.h, "Thread Safety"), so several threads may read a module at the same time.
unsafe impl Sync for Module {}

impl Drop for Module {
    fn drop(&mut self) {
        // SAFETY: `self` owns this handle. Each instance owns a reference count of the module's code, so the code
        // outlives this handle while an instance uses the code.
        unsafe { c::wasmtime_module_delete(self.0) }
    }
}

impl ModuleOps for Wasmtime {
    fn module_new(engine: &Engine, wasm: &Arc<[u8]>) -> Result<Module> {
        let mut raw = std::ptr::null_mut();
        // SAFETY: the engine lives. wasmtime only reads the bytes. `check` takes ownership of the error.
        unsafe {
            error::check(c::wasmtime_module_new(engine.0, wasm.as_ptr(), wasm.len(), &mut raw), ErrorKind::Malformed)
        }?;
        Ok(Module(raw))
    }

    fn module_serialize(module: &Module) -> Result<Vec<u8>> {
        // SAFETY: the module lives. If wasmtime returns no error, wasmtime has filled the vector. The bytes are copied
        // before the vector is freed.
        unsafe {
            let mut vec = std::mem::zeroed();
            error::check(c::wasmtime_module_serialize(module.0, &mut vec), ErrorKind::Engine)?;
            let bytes = std::slice::from_raw_parts(vec.data.cast::<u8>(), vec.size).to_vec();
            c::wasm_byte_vec_delete(&mut vec);
            Ok(bytes)
        }
    }

    fn module_deserialize(engine: &Engine, code: TrustedBytes<'_>) -> Result<Module> {
        let (code, mut raw) = (code.bytes(), std::ptr::null_mut());
        // SAFETY: the host guarantees that this version of this engine serialized the code (see `TrustedBytes`).
        // wasmtime only reads the code. `check` takes ownership of the error.
        unsafe {
            let error = c::wasmtime_module_deserialize(engine.0, code.as_ptr(), code.len(), &mut raw);
            error::check(error, ErrorKind::Incompatible)?;
        }
        Ok(Module(raw))
    }
}
