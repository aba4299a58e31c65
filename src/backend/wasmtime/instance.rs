//! Instances.

use crate::backend::wasmtime::engine::Store;
use crate::backend::wasmtime::error;
use crate::backend::wasmtime::module::Module;
use crate::base::error::{Result, fail};
use wasm_c_api as c;

/// Instantiates with imports in the module's order, which have been matched.
pub fn new(store: Store, module: &Module, imports: &[c::wasmtime_extern_t]) -> Result<c::wasmtime_instance_t> {
    // SAFETY: store and module live, the imports belong to the store; error and trap are ours.
    unsafe {
        let mut instance = std::mem::zeroed();
        let mut trap = std::ptr::null_mut();
        let error = c::wasmtime_instance_new(
            store.context,
            module.0,
            imports.as_ptr(),
            imports.len(),
            &mut instance,
            &mut trap,
        );
        error::outcome(store, error, trap)?;
        Ok(instance)
    }
}

/// An export that the module is known to have.
pub fn export(store: Store, instance: c::wasmtime_instance_t, name: &str) -> Result<c::wasmtime_extern_t> {
    // SAFETY: the instance belongs to the store, and the name is only read.
    unsafe {
        let mut out = std::mem::zeroed();
        let name_ptr = name.as_ptr().cast();
        if !c::wasmtime_instance_export_get(store.context, &instance, name_ptr, name.len(), &mut out) {
            fail!(Engine, "the engine does not know the export `{name}`");
        }
        Ok(out)
    }
}
