//! Memories whose type `wasm.h` cannot express: those with 64-bit addresses.

use crate::backend::standard::helper::Helper;
use crate::backend::standard::store::Store;
use crate::base::error::Result;
use crate::base::types::MemoryType;
use wasm_c_api as c;

/// Makes a memory. The caller owns the returned extern.
pub fn new(store: Store, ty: &MemoryType) -> Result<*mut c::wasm_extern_t> {
    let max = ty.limits.max.map_or(String::new(), |max| max.to_string());
    let helper = Helper::unshared(store, &format!(r#"(module (memory (export "0") i64 {} {max}))"#, ty.limits.min))?;
    // SAFETY: the export lives. The copy stays valid without the helper.
    Ok(unsafe { c::wasm_extern_copy(helper.export(0)) })
}
