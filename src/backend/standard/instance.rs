//! Functions for instances. An instance is stored together with its exports, because `wasm.h` returns all exports at
//! once.

use crate::backend::InstanceOps;
use crate::backend::standard::error::last_error;
use crate::backend::standard::module::Module;
use crate::backend::standard::quirks::QUIRKS;
use crate::backend::standard::{Extern, Standard, quirks, trap};
use crate::base::capabilities;
use crate::base::error::{Error, ErrorKind, Result, fail};
use crate::base::types::ExternType;
use crate::wasm::module_info::ModuleInfo;
use wasm_c_api as c;

/// An instance with its exports. The store record, which owns all engine objects of a store, owns both.
#[derive(Clone, Copy)]
pub struct Instance {
    raw: *mut c::wasm_instance_t,
    exports: c::wasm_extern_vec_t,
}

// SAFETY: the instance belongs to a store. A thread uses the instance only while the thread holds the lock of the store
// record.
unsafe impl Send for Instance {}

impl InstanceOps for Standard {
    fn instance_new(store: Self::Store, module: &Module, info: &ModuleInfo, imports: &[Extern]) -> Result<Instance> {
        let mut order: Vec<_> = (0..imports.len()).collect();
        if QUIRKS.imports_grouped {
            let hidden: Vec<_> = info.hidden.imports().collect();
            let types: Vec<_> = info.imports.iter().map(|import| &import.ty).chain(&hidden).collect();
            order.sort_by_key(|index| kind_rank(types[*index]));
        }
        let mut externs: Vec<_> = order.into_iter().map(|index| imports[index].raw).collect();
        let externs = c::wasm_extern_vec_t { size: externs.len(), data: externs.as_mut_ptr() };
        let module = store.module(module)?;
        // SAFETY: the store lives and keeps the module alive. The engine borrows the imports during the call. This function owns a
        // returned trap.
        unsafe {
            let mut trap = std::ptr::null_mut();
            let raw = c::wasm_instance_new(store.raw, module, &externs, &mut trap);
            if !trap.is_null() {
                if !raw.is_null() {
                    c::wasm_instance_delete(raw);
                }
                return Err(classify_failure(trap::into_error(trap), info));
            }
            if raw.is_null() {
                fail!(Link, "the engine refused to instantiate the module: {}", last_error());
            }
            let mut exports = std::mem::zeroed();
            c::wasm_instance_exports(raw, &mut exports);
            Ok(Instance { raw, exports })
        }
    }

    fn instance_export(_: Self::Store, instance: Instance, info: &ModuleInfo, index: usize) -> Result<Extern> {
        let position = if QUIRKS.exports_sorted {
            let name = info.export_name(index).unwrap_or_default();
            info.export_names().filter(|other| *other < name).count()
        } else {
            index
        };
        let count = info.export_names().len();
        if instance.exports.size != count {
            fail!(Engine, "the engine gives {} exports for {count}", instance.exports.size);
        }
        // SAFETY: the check above ensures that the position is in range. The exports live until `instance_drop`.
        unsafe {
            let raw = c::wasm_extern_copy(*instance.exports.data.add(position));
            Ok(info.exports.get(index).map_or(Extern::owning(raw), |export| Extern::typed(raw, &export.ty)))
        }
    }

    fn instance_drop(mut instance: Instance) {
        // SAFETY: the store record owns the instance, and drops each instance once.
        unsafe {
            c::wasm_extern_vec_delete(&mut instance.exports);
            c::wasm_instance_delete(instance.raw);
        }
    }

    fn extern_drop(object: Extern) {
        // SAFETY: the store record owns each extern with all pointers, and drops each extern once.
        unsafe {
            if !object.adapter.is_null() {
                drop(Box::from_raw(object.adapter));
            }
            if !object.raw.is_null() {
                c::wasm_extern_delete(object.raw);
            }
            if !object.reference.is_null() {
                c::wasm_ref_delete(object.reference);
            }
        }
    }
}

/// Converts the trap of a failed instantiation to an error of the right kind, because `wasm.h` also reports link errors
/// as traps.
///
/// Only a trap of the start function or of a segment has a trap code. A failure without a trap code therefore concerns
/// the imports or a limit of the engine. The shim has already compared all types that the shim can compare, so a wrong
/// import has a type that only the engine compares.
fn classify_failure(error: Error, info: &ModuleInfo) -> Error {
    if error.code >= 0 {
        return error;
    }
    if info.memories.iter().any(|memory| memory.shared) {
        let required = quirks::CAPABILITIES.require(capabilities::SHARED_MEMORY, quirks::NAME, "the module");
        return required.err().unwrap_or(error);
    }
    Error::new(ErrorKind::Link, error.message)
}

/// Returns the position of an import's kind in the order in which some engines group imports by kind. Within a kind,
/// these engines keep the module's order.
fn kind_rank(ty: &ExternType) -> u8 {
    match ty {
        ExternType::Func(_) => 0,
        ExternType::Table(_) => 1,
        ExternType::Memory(_) => 2,
        ExternType::Global(_) => 3,
        ExternType::Tag(_) => 4,
    }
}
