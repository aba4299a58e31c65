//! Instances: what is kept of one is its exports.

use crate::backend::standard::engine::last_error;
use crate::backend::standard::module::Module;
use crate::backend::standard::{Object, quirks, trap};
use crate::base::capabilities;
use crate::base::error::{Error, ErrorKind, Result, fail};
use crate::base::types::ExternType;
use crate::wasm::module_info::ModuleInfo;
use wasm_c_api as c;

/// An instance with its exports, both owned.
#[derive(Clone, Copy)]
pub struct Instance {
    raw: *mut c::wasm_instance_t,
    exports: c::wasm_extern_vec_t,
}

/// Instantiates with imports in the module's order, which have been matched.
pub fn new(store: *mut c::wasm_store_t, module: &Module, info: &ModuleInfo, imports: &[Object]) -> Result<Instance> {
    let mut order: Vec<_> = (0..imports.len()).collect();
    if quirks::IMPORTS_GROUPED {
        order.sort_by_key(|index| kind_rank(&info.imports[*index].ty));
    }
    let mut externs: Vec<_> = order.into_iter().map(|index| imports[index].raw).collect();
    let externs = c::wasm_extern_vec_t { size: externs.len(), data: externs.as_mut_ptr() };
    // SAFETY: the imports are borrowed for the call; store and module live. The trap, if any, is ours.
    unsafe {
        let mut trap = std::ptr::null_mut();
        let raw = c::wasm_instance_new(store, module.raw, &externs, &mut trap);
        if !trap.is_null() {
            if !raw.is_null() {
                c::wasm_instance_delete(raw);
            }
            return Err(refused(trap::take(trap), info));
        }
        if raw.is_null() {
            fail!(Link, "the engine refused to instantiate the module: {}", last_error());
        }
        let mut exports = std::mem::zeroed();
        c::wasm_instance_exports(raw, &mut exports);
        Ok(Instance { raw, exports })
    }
}

/// What the trap means that an instance was refused with: `wasm.h` has nothing else for what is no trap at all.
///
/// Only a trap of the start function or of a segment has a code. Types are matched before, so far as the shim knows
/// them; what is left are types that only the engine compares, and what it does not allow.
fn refused(error: Error, info: &ModuleInfo) -> Error {
    if error.code >= 0 {
        return error;
    }
    if info.memories.iter().any(|memory| memory.shared) {
        let required = quirks::CAPABILITIES.require(capabilities::SHARED_MEMORY, quirks::NAME, "the module");
        return required.err().unwrap_or(error);
    }
    Error::new(ErrorKind::Link, error.message)
}

/// Where an engine that groups imports by their kind has them; within a kind the module's order stays.
fn kind_rank(ty: &ExternType) -> u8 {
    match ty {
        ExternType::Func(_) => 0,
        ExternType::Table(_) => 1,
        ExternType::Memory(_) => 2,
        ExternType::Global(_) => 3,
        ExternType::Tag(_) => 4,
    }
}

impl Instance {
    /// The export at this place in the module's order; the caller owns it.
    pub fn export(self, info: &ModuleInfo, index: usize) -> Result<Object> {
        let place = if quirks::EXPORTS_SORTED {
            let name = &info.exports[index].name;
            info.exports.iter().filter(|export| export.name < *name).count()
        } else {
            index
        };
        if self.exports.size != info.exports.len() {
            fail!(Engine, "the engine gives {} exports for {}", self.exports.size, info.exports.len());
        }
        // SAFETY: the place is in range as just checked, and the vector's elements live until `delete`.
        unsafe {
            let raw = c::wasm_extern_copy(*self.exports.data.add(place));
            Ok(Object { raw, reference: std::ptr::null_mut() })
        }
    }

    /// Frees the instance and its hold on the exports.
    pub fn delete(mut self) {
        // SAFETY: the record gives an instance up once.
        unsafe {
            c::wasm_extern_vec_delete(&mut self.exports);
            c::wasm_instance_delete(self.raw);
        }
    }
}
