//! Memories.

use crate::backend::wasmtime::engine::Store;
use crate::backend::wasmtime::error;
use crate::error::{Kind, Result};
use crate::types::MemoryType;
use wasm_c_api as c;

/// A memory.
pub fn new(store: Store, ty: &MemoryType) -> Result<c::wasmtime_extern_t> {
    // SAFETY: the type is ours and only read; the memory goes into the extern.
    unsafe {
        let mut raw_type = std::ptr::null_mut();
        let (max, has_max) = (ty.limits.max.unwrap_or(0), ty.limits.max.is_some());
        let error = c::wasmtime_memorytype_new(
            ty.limits.min,
            has_max,
            max,
            ty.memory64,
            ty.shared,
            ty.page_size_log2,
            &mut raw_type,
        );
        error::check(error, Kind::Invalid)?;
        let mut out: c::wasmtime_extern_t = std::mem::zeroed();
        let place = (&raw mut out.of).cast::<c::wasmtime_memory_t>();
        let error = c::wasmtime_memory_new(store.context, raw_type, place);
        c::wasm_memorytype_delete(raw_type);
        error::check(error, Kind::Engine)?;
        out.kind = c::WASMTIME_EXTERN_MEMORY as c::wasmtime_extern_kind_t;
        Ok(out)
    }
}

/// Where the bytes are, and how many.
pub fn data(store: Store, memory: c::wasmtime_extern_t) -> (*mut u8, usize) {
    // SAFETY: the shim passes only memories of this store here.
    unsafe {
        let memory = &memory.of.memory;
        (c::wasmtime_memory_data(store.context, memory), c::wasmtime_memory_data_size(store.context, memory))
    }
}

/// Grows; false where wasmtime refuses.
pub fn grow(store: Store, memory: c::wasmtime_extern_t, delta: u64) -> bool {
    let mut previous = 0;
    // SAFETY: as above; the error is freed.
    unsafe {
        let error = c::wasmtime_memory_grow(store.context, &memory.of.memory, delta, &mut previous);
        error::check(error, Kind::Engine).is_ok()
    }
}
