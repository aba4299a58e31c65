//! Functions for memories of a store, and for shared memories. A shared memory belongs to no store.

use crate::backend::wasmtime::engine::Engine;
use crate::backend::wasmtime::external::Extern;
use crate::backend::wasmtime::{Wasmtime, error};
use crate::backend::{MemoryOps, SharedMemoryOps};
use crate::base::error::{ErrorKind, Result};
use crate::base::types::MemoryType;
use wasm_c_api as c;

/// A memory type of wasmtime. `Drop` frees the type.
struct RawType(*mut c::wasm_memorytype_t);

impl RawType {
    fn new(ty: &MemoryType) -> Result<Self> {
        let mut raw = std::ptr::null_mut();
        let (max, has_max) = (ty.limits.max.unwrap_or(0), ty.limits.max.is_some());
        // SAFETY: `raw` receives the new type. `check` takes ownership of the error.
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
        Ok(Self(raw))
    }
}

impl Drop for RawType {
    fn drop(&mut self) {
        // SAFETY: `self` owns the type.
        unsafe { c::wasm_memorytype_delete(self.0) }
    }
}

/// wasmtime reserves a memory's address range as long as the memory lives. Pinning therefore needs no code, and the
/// trait's default functions are sufficient.
impl MemoryOps for Wasmtime {
    fn memory_new(store: Self::Store, ty: &MemoryType) -> Result<Extern> {
        let ty = RawType::new(ty)?;
        // SAFETY: the store lives. wasmtime only reads the type. `check` takes ownership of the error.
        unsafe {
            let mut out = std::mem::zeroed();
            error::check(c::wasmtime_memory_new(store.context, ty.0, &mut out), ErrorKind::Engine)?;
            Ok(Extern::memory(out))
        }
    }

    fn memory_data(store: Self::Store, memory: &Extern) -> (*mut u8, usize) {
        // SAFETY: the caller passes a memory of this store or a shared memory, and `as_shared_memory` distinguishes the
        // two kinds.
        unsafe {
            if let Some(memory) = memory.as_shared_memory() {
                return (c::wasmtime_sharedmemory_data(memory), c::wasmtime_sharedmemory_data_size(memory));
            }
            let memory = memory.as_memory();
            (c::wasmtime_memory_data(store.context, memory), c::wasmtime_memory_data_size(store.context, memory))
        }
    }

    fn memory_grow(store: Self::Store, memory: &Extern, delta: u64) -> bool {
        let mut previous = 0;
        // SAFETY: the caller passes a memory of this store or a shared memory, and `as_shared_memory` distinguishes the
        // two kinds. `check` takes ownership of the error.
        unsafe {
            let error = match memory.as_shared_memory() {
                Some(memory) => c::wasmtime_sharedmemory_grow(memory, delta, &mut previous),
                None => c::wasmtime_memory_grow(store.context, memory.as_memory(), delta, &mut previous),
            };
            error::check(error, ErrorKind::Engine).is_ok()
        }
    }
}

/// A handle to a shared memory. `Drop` frees the handle.
pub struct SharedMemory(*mut c::wasmtime_sharedmemory_t);

// SAFETY: a shared memory is a reference-counted handle that may be used from any thread (wasmtime/sharedmemory.h).
unsafe impl Send for SharedMemory {}
// SAFETY: a shared memory synchronizes its growth itself (wasmtime/sharedmemory.h: "can be used across threads").
unsafe impl Sync for SharedMemory {}

impl Drop for SharedMemory {
    fn drop(&mut self) {
        // SAFETY: `self` owns the handle.
        unsafe { c::wasmtime_sharedmemory_delete(self.0) }
    }
}

impl SharedMemoryOps for Wasmtime {
    fn shared_memory_new(engine: &Engine, ty: &MemoryType) -> Result<SharedMemory> {
        let ty = RawType::new(ty)?;
        let mut raw = std::ptr::null_mut();
        // SAFETY: the engine lives. wasmtime only reads the type. `check` takes ownership of the error.
        unsafe { error::check(c::wasmtime_sharedmemory_new(engine.0, ty.0, &mut raw), ErrorKind::Engine)? };
        Ok(SharedMemory(raw))
    }

    fn shared_memory_of(object: &Extern) -> Option<SharedMemory> {
        // SAFETY: the extern lives, so its handle is valid. The clone is a new handle, and the returned value owns the
        // clone.
        object.as_shared_memory().map(|memory| SharedMemory(unsafe { c::wasmtime_sharedmemory_clone(memory) }))
    }

    fn shared_memory_extern(memory: &SharedMemory) -> Extern {
        // SAFETY: the handle lives. The returned extern owns the clone.
        Extern::shared_memory(unsafe { c::wasmtime_sharedmemory_clone(memory.0) })
    }

    fn shared_memory_data(memory: &SharedMemory) -> (*mut u8, usize) {
        // SAFETY: the handle lives, and both functions only read.
        unsafe { (c::wasmtime_sharedmemory_data(memory.0), c::wasmtime_sharedmemory_data_size(memory.0)) }
    }

    fn shared_memory_grow(memory: &SharedMemory, delta: u64) -> Option<u64> {
        let mut previous = 0;
        // SAFETY: the handle lives. `check` takes ownership of the error.
        let error =
            unsafe { error::check(c::wasmtime_sharedmemory_grow(memory.0, delta, &mut previous), ErrorKind::Engine) };
        error.ok().map(|()| previous)
    }
}
