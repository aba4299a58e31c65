//! Functions for memories.

use crate::backend::MemoryOps;
use crate::backend::standard::error::last_error;
#[cfg(feature = "wasmi")]
use crate::backend::standard::pinning;
use crate::backend::standard::{Extern, Standard, border, types};
use crate::base::error::{Result, fail};
use crate::base::types::MemoryType;
use wasm_c_api as c;

fn memory(object: &Extern) -> *mut c::wasm_memory_t {
    // SAFETY: the shim calls the functions of this file only with memories. The returned pointer is a view of the
    // extern, and is valid as long as the extern.
    unsafe { c::wasm_extern_as_memory(object.raw) }
}

impl MemoryOps for Standard {
    fn memory_new(store: Self::Store, ty: &MemoryType) -> Result<Extern> {
        if border::memory::is_unusual(ty) {
            return Ok(Extern::owning(border::memory::new(store, ty)?));
        }
        let raw_type = types::memory_type(ty);
        // SAFETY: the store lives. The engine only reads the type. The returned extern is a copy, so the original
        // memory is freed.
        unsafe {
            let memory = c::wasm_memory_new(store.raw, raw_type);
            c::wasm_memorytype_delete(raw_type);
            if memory.is_null() {
                fail!(Engine, "the engine could not make a memory of {} pages: {}", ty.limits.min, last_error());
            }
            let raw = c::wasm_extern_copy(c::wasm_memory_as_extern(memory));
            c::wasm_memory_delete(memory);
            Ok(Extern::owning(raw))
        }
    }

    fn memory_data(_: Self::Store, object: &Extern) -> (*mut u8, usize) {
        let memory = memory(object);
        // SAFETY: the memory lives, and both functions only read.
        unsafe { (c::wasm_memory_data(memory).cast(), c::wasm_memory_data_size(memory)) }
    }

    fn memory_grow(_: Self::Store, object: &Extern, delta: u64) -> bool {
        let Ok(delta) = u32::try_from(delta) else { return false };
        // SAFETY: the memory lives.
        unsafe { c::wasm_memory_grow(memory(object), delta) }
    }

    /// wasmi frees the old block of a memory that moves, so the allocator must keep the block for the pin.
    #[cfg(feature = "wasmi")]
    fn memory_pin(block: *mut u8) {
        pinning::pin(block);
    }

    #[cfg(feature = "wasmi")]
    fn memory_unpin(block: *mut u8) {
        pinning::unpin(block);
    }
}
