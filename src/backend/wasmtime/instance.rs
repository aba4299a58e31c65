//! Functions for instances and their exports.

use crate::backend::InstanceOps;
use crate::backend::wasmtime::external::Extern;
use crate::backend::wasmtime::module::Module;
use crate::backend::wasmtime::{Wasmtime, error};
use crate::base::error::{Result, fail};
use crate::wasm::module_info::ModuleInfo;
use wasm_c_api as c;

impl InstanceOps for Wasmtime {
    fn instance_new(
        store: Self::Store,
        module: &Module,
        _: &ModuleInfo,
        imports: &[Extern],
    ) -> Result<c::wasmtime_instance_t> {
        // SAFETY: the store and the module live, and the imports belong to the store. `check_outcome` takes ownership
        // of the error and the trap.
        unsafe {
            let mut instance = std::mem::zeroed();
            let mut trap = std::ptr::null_mut();
            let error = c::wasmtime_instance_new(
                store.context,
                module.0,
                imports.as_ptr().cast(),
                imports.len(),
                &mut instance,
                &mut trap,
            );
            error::check_outcome(store.context, error, trap)?;
            Ok(instance)
        }
    }

    fn instance_export(
        store: Self::Store,
        instance: c::wasmtime_instance_t,
        info: &ModuleInfo,
        index: usize,
    ) -> Result<Extern> {
        let name = info.export_name(index).unwrap_or_default();
        // SAFETY: the instance belongs to the store, and wasmtime only reads the name.
        unsafe {
            let mut out = std::mem::zeroed();
            let name_ptr = name.as_ptr().cast();
            if !c::wasmtime_instance_export_get(store.context, &instance, name_ptr, name.len(), &mut out) {
                fail!(Engine, "the engine does not know the export `{name}`");
            }
            Ok(Extern::from_raw(out))
        }
    }

    /// Does nothing. `wasmtime_instance_t` is only a number that identifies an instance, and the store owns the
    /// instance.
    fn instance_drop(_: c::wasmtime_instance_t) {}

    fn extern_drop(mut object: Extern) {
        if object.as_shared_memory().is_some() {
            // SAFETY: the extern owns its shared memory, and the store record, which owns the externs of a store, drops
            // each extern once. An extern of another kind owns nothing, so it needs no deletion.
            unsafe { c::wasmtime_extern_delete(object.as_raw_mut()) }
        }
    }
}
