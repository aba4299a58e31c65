//! The code of a module, compiled by one engine object.

use crate::backend::mappings::Mappings;
use crate::backend::standard::engine_object::EngineObject;
use crate::backend::standard::error::last_error;
use crate::backend::standard::quirks::QUIRKS;
use crate::base::error::Result;
use std::sync::Arc;
use wasm_c_api as c;

/// A module that an engine object has compiled, and the store in which the module was compiled. `wasm.h` compiles only
/// inside a store, so each module has a separate store.
pub struct RawModule {
    /// The engine's module. `Drop` frees the module.
    pub raw: *mut c::wasm_module_t,
    store: *mut c::wasm_store_t,
}

// SAFETY: a compiled module is immutable, and every bundled engine counts the references to a module. No code uses the
// module's store before `Drop`, and `Drop` runs on one thread.
unsafe impl Send for RawModule {}
// SAFETY: a compiled module is immutable, so several threads may read a module at the same time. The module's store is
// private, and no code uses the store before `Drop`.
unsafe impl Sync for RawModule {}

impl RawModule {
    /// Compiles a valid module, inside [`run_compilation`](crate::backend::compiling::run_compilation). If the engine
    /// fails, the error is the reason that the engine gives.
    pub fn compile(engine: &EngineObject, wasm: &[u8]) -> std::result::Result<Self, String> {
        // SAFETY: the engine reads the bytes only during the call.
        Self::new(engine, |store| unsafe { c::wasm_module_new(store, &borrow(wasm)) })
    }

    /// Creates a store, and calls `make` to create a module in the store. If the engine fails, the error is the reason
    /// that the engine gives.
    pub fn new(
        engine: &EngineObject,
        make: impl FnOnce(*mut c::wasm_store_t) -> *mut c::wasm_module_t,
    ) -> std::result::Result<Self, String> {
        let store = engine.store_new().map_err(|error| error.message)?;
        let raw = make(store);
        if raw.is_null() {
            // SAFETY: this function created the store, and the store has no objects.
            unsafe { c::wasm_store_delete(store) };
            return Err(last_error());
        }
        Ok(Self { raw, store })
    }
}

impl Drop for RawModule {
    fn drop(&mut self) {
        // SAFETY: `self` owns the module and the store. Each instance owns a reference count of the compiled module, so
        // the module outlives this deletion while an instance uses the module.
        unsafe {
            c::wasm_module_delete(self.raw);
            c::wasm_store_delete(self.store);
        }
    }
}

/// A compiled module that keeps its engine object alive, because the engine object may own the code.
pub struct Compiled {
    module: RawModule,
    /// The engine object. This field is declared after `module`, because Rust drops fields in their order, and the
    /// module must be dropped before the engine object.
    pub engine: Arc<EngineObject>,
    /// Size of the module in the binary format, in bytes.
    bytes: usize,
    _mappings: Mappings,
}

impl Compiled {
    /// Calls `make` to compile or load a module with an engine object, and keeps the engine object alive. `bytes` is the
    /// size of the module in the binary format. Fails if the process has no mappings for another module.
    pub fn new(
        engine: Arc<EngineObject>,
        bytes: usize,
        make: impl FnOnce(&EngineObject) -> Result<RawModule>,
    ) -> Result<Self> {
        let mappings = Mappings::take(QUIRKS.mappings_per_module, "modules")?;
        let module = make(&engine)?;
        engine.add_module(bytes);
        Ok(Self { module, engine, bytes, _mappings: mappings })
    }

    /// Returns the engine's module.
    pub fn raw(&self) -> *mut c::wasm_module_t {
        self.module.raw
    }
}

impl Drop for Compiled {
    fn drop(&mut self) {
        self.engine.drop_module(self.bytes);
    }
}

/// Returns a vector of `wasm.h` that borrows the bytes.
pub fn borrow(bytes: &[u8]) -> c::wasm_byte_vec_t {
    c::wasm_byte_vec_t { size: bytes.len(), data: bytes.as_ptr().cast_mut().cast() }
}
