//! Memories.

use crate::backend::standard::engine::last_error;
use crate::backend::standard::{Object, types};
use crate::base::error::{Result, fail};
use crate::base::types::MemoryType;
use wasm_c_api as c;

fn memory(object: Object) -> *mut c::wasm_memory_t {
    // SAFETY: the shim passes only memories here; the pointer lives as long as the object.
    unsafe { c::wasm_extern_as_memory(object.raw) }
}

/// A memory.
pub fn new(store: *mut c::wasm_store_t, ty: &MemoryType) -> Result<Object> {
    let raw_type = types::memory_type(ty);
    // SAFETY: the type is ours and only read; the memory is ours until the copy of its extern takes its place.
    unsafe {
        let memory = c::wasm_memory_new(store, raw_type);
        c::wasm_memorytype_delete(raw_type);
        if memory.is_null() {
            fail!(Engine, "the engine could not make a memory of {} pages: {}", ty.limits.min, last_error());
        }
        let raw = c::wasm_extern_copy(c::wasm_memory_as_extern(memory));
        c::wasm_memory_delete(memory);
        Ok(Object { raw, reference: std::ptr::null_mut() })
    }
}

/// Where the bytes are, and how many.
pub fn data(object: Object) -> (*mut u8, usize) {
    let memory = memory(object);
    // SAFETY: the memory lives; both functions only look.
    unsafe { (c::wasm_memory_data(memory).cast(), c::wasm_memory_data_size(memory)) }
}

/// Grows; false where the engine refuses.
pub fn grow(object: Object, delta: u64) -> bool {
    let Ok(delta) = u32::try_from(delta) else { return false };
    // SAFETY: the memory lives.
    unsafe { c::wasm_memory_grow(memory(object), delta) }
}

/// Keeps the block alive where the engine would free it when the memory moves.
#[cfg(feature = "wasmi")]
pub use crate::backend::standard::pinning::{pin, unpin};

/// Nothing moves.
#[cfg(not(feature = "wasmi"))]
pub fn pin(_: *mut u8) {}

/// Nothing was done.
#[cfg(not(feature = "wasmi"))]
pub fn unpin(_: *mut u8) {}
