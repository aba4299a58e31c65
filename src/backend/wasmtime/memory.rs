//! Memories: of a store, and shared ones, which belong to no store.

use crate::backend::wasmtime::engine::{Engine, Store};
use crate::backend::wasmtime::error;
use crate::base::error::{ErrorKind, Result};
use crate::base::types::MemoryType;
use wasm_c_api as c;

unsafe fn memory_type(ty: &MemoryType) -> Result<*mut c::wasm_memorytype_t> {
    let mut raw = std::ptr::null_mut();
    let (max, has_max) = (ty.limits.max.unwrap_or(0), ty.limits.max.is_some());
    // SAFETY: without an error the type is made, and the caller's.
    unsafe {
        let error = c::wasmtime_memorytype_new(
            ty.limits.min,
            has_max,
            max,
            ty.memory64,
            ty.shared,
            ty.page_size_log2,
            &mut raw,
        );
        error::check(error, ErrorKind::Invalid)?;
    }
    Ok(raw)
}

/// A memory.
pub fn new(store: Store, ty: &MemoryType) -> Result<c::wasmtime_extern_t> {
    // SAFETY: the type is ours and only read; the memory goes into the extern.
    unsafe {
        let raw_type = memory_type(ty)?;
        let mut out: c::wasmtime_extern_t = std::mem::zeroed();
        let place = (&raw mut out.of).cast::<c::wasmtime_memory_t>();
        let error = c::wasmtime_memory_new(store.context, raw_type, place);
        c::wasm_memorytype_delete(raw_type);
        error::check(error, ErrorKind::Engine)?;
        out.kind = c::WASMTIME_EXTERN_MEMORY as c::wasmtime_extern_kind_t;
        Ok(out)
    }
}

fn shared(memory: &c::wasmtime_extern_t) -> Option<*mut c::wasmtime_sharedmemory_t> {
    if u32::from(memory.kind) != c::WASMTIME_EXTERN_SHAREDMEMORY {
        return None;
    }
    // SAFETY: the kind says which field is meant.
    Some(unsafe { memory.of.sharedmemory })
}

/// Where the bytes are, and how many.
pub fn data(store: Store, memory: c::wasmtime_extern_t) -> (*mut u8, usize) {
    // SAFETY: the shim passes only memories of this store here, or shared ones.
    unsafe {
        if let Some(memory) = shared(&memory) {
            return (c::wasmtime_sharedmemory_data(memory), c::wasmtime_sharedmemory_data_size(memory));
        }
        let memory = &memory.of.memory;
        (c::wasmtime_memory_data(store.context, memory), c::wasmtime_memory_data_size(store.context, memory))
    }
}

/// Grows; false where wasmtime refuses.
pub fn grow(store: Store, memory: c::wasmtime_extern_t, delta: u64) -> bool {
    let mut previous = 0;
    // SAFETY: as above; the error is freed.
    unsafe {
        let error = match shared(&memory) {
            Some(memory) => c::wasmtime_sharedmemory_grow(memory, delta, &mut previous),
            None => c::wasmtime_memory_grow(store.context, &memory.of.memory, delta, &mut previous),
        };
        error::check(error, ErrorKind::Engine).is_ok()
    }
}

/// A shared memory.
pub struct Shared(*mut c::wasmtime_sharedmemory_t);

// SAFETY: a shared memory is a reference-counted handle that synchronizes its growth itself (sharedmemory.h: "can be
// used across threads").
unsafe impl Send for Shared {}
// SAFETY: as above.
unsafe impl Sync for Shared {}

impl Shared {
    /// A new one.
    pub fn new(engine: &Engine, ty: &MemoryType) -> Result<Self> {
        let mut raw = std::ptr::null_mut();
        // SAFETY: the type is ours and only read; without an error the memory is ours.
        unsafe {
            let raw_type = memory_type(ty)?;
            let error = c::wasmtime_sharedmemory_new(engine.0, raw_type, &mut raw);
            c::wasm_memorytype_delete(raw_type);
            error::check(error, ErrorKind::Engine)?;
        }
        Ok(Self(raw))
    }

    /// The one that an instance exports.
    pub fn of(object: &c::wasmtime_extern_t) -> Option<Self> {
        // SAFETY: the extern lives, and the clone is ours.
        shared(object).map(|memory| Self(unsafe { c::wasmtime_sharedmemory_clone(memory) }))
    }

    /// What a store imports it as; owned by the receiver.
    pub fn to_extern(&self) -> c::wasmtime_extern_t {
        // SAFETY: zero is a valid extern, whose field is then written; the clone is the receiver's.
        unsafe {
            let mut out: c::wasmtime_extern_t = std::mem::zeroed();
            out.kind = c::WASMTIME_EXTERN_SHAREDMEMORY as c::wasmtime_extern_kind_t;
            out.of.sharedmemory = c::wasmtime_sharedmemory_clone(self.0);
            out
        }
    }

    /// Where the bytes are, for good, and how many.
    pub fn data(&self) -> (*mut u8, usize) {
        // SAFETY: the memory is ours.
        unsafe { (c::wasmtime_sharedmemory_data(self.0), c::wasmtime_sharedmemory_data_size(self.0)) }
    }

    /// Grows, and gives the former number of pages; none where wasmtime refuses.
    pub fn grow(&self, delta: u64) -> Option<u64> {
        let mut previous = 0;
        // SAFETY: as above; the error is freed.
        let error =
            unsafe { error::check(c::wasmtime_sharedmemory_grow(self.0, delta, &mut previous), ErrorKind::Engine) };
        error.ok().map(|()| previous)
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        // SAFETY: owned, and dropped once.
        unsafe { c::wasmtime_sharedmemory_delete(self.0) }
    }
}
