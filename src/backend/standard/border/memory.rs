//! Memories whose type `wasm.h` cannot express: those with 64-bit addresses, or with small pages.

use crate::backend::standard::helper::Helper;
use crate::backend::standard::store::Store;
use crate::base::error::Result;
use crate::base::types::MemoryType;
use wasm_c_api as c;

/// Returns whether `wasm.h` cannot express the type.
pub fn is_unusual(ty: &MemoryType) -> bool {
    ty.memory64 || !is_usual_page(ty)
}

fn is_usual_page(ty: &MemoryType) -> bool {
    ty.page_size_log2 == MemoryType::DEFAULT_PAGE_SIZE_LOG2
}

/// Makes a memory. The caller owns the returned extern.
pub fn new(store: Store, ty: &MemoryType) -> Result<*mut c::wasm_extern_t> {
    let addresses = if ty.memory64 { "i64" } else { "" };
    let max = ty.limits.max.map_or(String::new(), |max| max.to_string());
    let page_size =
        if is_usual_page(ty) { String::new() } else { format!("(pagesize {})", 1_u64 << ty.page_size_log2) };
    let text = format!(r#"(module (memory (export "0") {addresses} {} {max} {page_size}))"#, ty.limits.min);
    let helper = Helper::unshared(store, &text)?;
    // SAFETY: the export lives. The copy stays valid without the helper.
    Ok(unsafe { c::wasm_extern_copy(helper.export(0)) })
}
