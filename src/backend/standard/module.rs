//! Functions for compiled modules.

use crate::backend::ModuleOps;
use crate::backend::standard::Standard;
use crate::backend::standard::engine::Engine;
use crate::backend::standard::error::last_error;
use crate::backend::trusted::TrustedBytes;
use crate::base::error::{Error, ErrorKind, Result, fail};
use wasm_c_api as c;

/// A compiled module, and the store in which the module was compiled. `wasm.h` compiles only inside a store, so each
/// module has a separate store.
pub struct Module {
    /// The engine's module. `Drop` frees the module.
    pub raw: *mut c::wasm_module_t,
    store: *mut c::wasm_store_t,
}

// SAFETY: a compiled module is immutable, and every bundled engine counts the references to a module. No code uses the
// module's store before `Drop`, and `Drop` runs on one thread.
unsafe impl Send for Module {}
// SAFETY: a compiled module is immutable, so several threads may read a module at the same time. The module's store is
// private, and no code uses the store before `Drop`.
unsafe impl Sync for Module {}

impl ModuleOps for Standard {
    fn module_new(engine: &Engine, wasm: &[u8]) -> Result<Module> {
        // SAFETY: the engine reads the bytes only during the call.
        in_new_store(engine, |store| unsafe { c::wasm_module_new(store, &borrow(wasm)) })
            .map_err(|reason| Error::new(ErrorKind::Malformed, format!("the engine refused the module: {reason}")))
    }

    fn module_serialize(module: &Module) -> Result<Vec<u8>> {
        // SAFETY: the engine fills the vector. An engine that fails may leave the vector untouched, so the vector
        // starts as zeroes. The bytes are copied before the vector is freed.
        unsafe {
            let mut vec: c::wasm_byte_vec_t = std::mem::zeroed();
            c::wasm_module_serialize(module.raw as _, &mut vec);
            if vec.data.is_null() {
                fail!(Engine, "the module could not be serialized: {}", last_error());
            }
            let bytes = std::slice::from_raw_parts(vec.data.cast::<u8>(), vec.size).to_vec();
            c::wasm_byte_vec_delete(&mut vec);
            Ok(bytes)
        }
    }

    fn module_deserialize(engine: &Engine, code: TrustedBytes<'_>) -> Result<Module> {
        // SAFETY: the host guarantees that this version of this engine serialized the code (see `TrustedBytes`). The
        // engine reads the bytes only during the call.
        in_new_store(engine, |store| unsafe { c::wasm_module_deserialize(store, &borrow(code.bytes())) }).map_err(
            |reason| Error::new(ErrorKind::Incompatible, format!("the engine refused its own module: {reason}")),
        )
    }
}

/// Creates a store, and calls `make` to create a module in the store. If the engine fails, the error is the reason that
/// the engine gives.
fn in_new_store(
    engine: &Engine,
    make: impl FnOnce(*mut c::wasm_store_t) -> *mut c::wasm_module_t,
) -> std::result::Result<Module, String> {
    let store = engine.store_new().map_err(|e| e.message)?;
    let raw = make(store.0);
    if raw.is_null() {
        // SAFETY: this function created the store, and the store has no objects.
        unsafe { c::wasm_store_delete(store.0) };
        return Err(last_error());
    }
    Ok(Module { raw, store: store.0 })
}

impl Drop for Module {
    fn drop(&mut self) {
        // SAFETY: `self` owns the module and the store. Each instance owns a reference count of the compiled module, so
        // the code outlives this deletion while an instance uses the code.
        unsafe {
            c::wasm_module_delete(self.raw);
            c::wasm_store_delete(self.store);
        }
    }
}

/// Returns a vector of `wasm.h` that borrows the bytes.
fn borrow(bytes: &[u8]) -> c::wasm_byte_vec_t {
    c::wasm_byte_vec_t { size: bytes.len(), data: bytes.as_ptr().cast_mut().cast() }
}
