//! Modules.

use crate::backend::ModuleOps;
use crate::backend::standard::Standard;
use crate::backend::standard::engine::Engine;
use crate::backend::standard::error::last_error;
use crate::backend::trusted::TrustedBytes;
use crate::base::error::{Error, ErrorKind, Result, fail};
use wasm_c_api as c;

/// A compiled module, with the store that it was compiled in: `wasm.h` compiles only inside a store.
pub struct Module {
    /// The engine's module.
    pub raw: *mut c::wasm_module_t,
    store: *mut c::wasm_store_t,
}

// SAFETY: a compiled module is immutable, and every bundled engine shares it by a reference count. No thread uses the
// store beside it before `Drop`, which runs on one thread.
unsafe impl Send for Module {}
// SAFETY: a compiled module is immutable, so several threads may read it at the same time. The store beside it is
// private, and unused until `Drop`.
unsafe impl Sync for Module {}

impl ModuleOps for Standard {
    fn module_new(engine: &Engine, wasm: &[u8]) -> Result<Module> {
        // SAFETY: the engine only reads the bytes, during the call.
        in_new_store(engine, |store| unsafe { c::wasm_module_new(store, &borrow(wasm)) })
            .map_err(|reason| Error::new(ErrorKind::Malformed, format!("the engine refused the module: {reason}")))
    }

    fn module_serialize(module: &Module) -> Result<Vec<u8>> {
        // SAFETY: the engine fills the vector, which is copied and then freed. An engine that fails may leave the
        // vector untouched, so it starts as zeroes.
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
        // SAFETY: the host vouches that this engine, in this version, serialized the code. The engine only reads the
        // bytes, during the call.
        in_new_store(engine, |store| unsafe { c::wasm_module_deserialize(store, &borrow(code.bytes())) }).map_err(
            |reason| Error::new(ErrorKind::Incompatible, format!("the engine refused its own module: {reason}")),
        )
    }
}

/// Makes a module in a store of its own; the error is the engine's reason.
fn in_new_store(
    engine: &Engine,
    make: impl FnOnce(*mut c::wasm_store_t) -> *mut c::wasm_module_t,
) -> std::result::Result<Module, String> {
    let store = engine.store_new().map_err(|e| e.message)?;
    let raw = make(store.0);
    if raw.is_null() {
        // SAFETY: this function created the store, and nothing lives in it.
        unsafe { c::wasm_store_delete(store.0) };
        return Err(last_error());
    }
    Ok(Module { raw, store: store.0 })
}

impl Drop for Module {
    fn drop(&mut self) {
        // SAFETY: `self` owns both. Instances hold their own share of the compiled module.
        unsafe {
            c::wasm_module_delete(self.raw);
            c::wasm_store_delete(self.store);
        }
    }
}

fn borrow(bytes: &[u8]) -> c::wasm_byte_vec_t {
    c::wasm_byte_vec_t { size: bytes.len(), data: bytes.as_ptr().cast_mut().cast() }
}
