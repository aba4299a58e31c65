//! Memories that threads share: they belong to an engine, not to a store.

use crate::abi::types::CExternType;
use crate::abi::{entry, memory, pointer};
use crate::backend::{Active, Backend, SharedMemoryOps};
use crate::base::capabilities;
use crate::base::error::fail;
use crate::base::types::{ExternType, MemoryType};
use crate::engine::Engine;
use crate::store::Store;
use crate::store::object::Extern;
use std::sync::Arc;

/// A shared memory.
pub struct SharedMemory {
    raw: <Active as Backend>::SharedMemory,
    ty: MemoryType,
    engine: Arc<Engine>,
}

/// A shared memory of this type, for instances in any store of the engine. The caller deletes it.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_shared_memory_new(engine: *const Engine, ty: *const CExternType) -> *mut SharedMemory {
    entry(|| {
        // SAFETY: the module's rules.
        let (engine, ty) =
            unsafe { (pointer::share(engine, "the engine")?, pointer::borrow(ty, "the type")?.memory()?) };
        engine.capabilities.require(capabilities::SHARED_MEMORY, Active::NAME, "a shared memory")?;
        if !ty.shared {
            fail!(Invalid, "shared memory must have the `shared` flag enabled on its memory type");
        }
        memory::require(engine.capabilities, &ty)?;
        let raw = Active::shared_memory_new(&engine.raw, &ty)?;
        Ok(pointer::give(SharedMemory { raw, ty, engine }))
    })
}

/// The shared memory behind an extern, which an instance exports. The caller deletes it.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_shared_memory_of(object: *const Extern) -> *mut SharedMemory {
    entry(|| {
        // SAFETY: the module's rules.
        let object = unsafe { pointer::borrow(object, "the memory") }?;
        let _entered = object.store.enter()?;
        match (&object.ty, Active::shared_memory_of(&object.raw)) {
            (Some(ExternType::Memory(ty)), Some(raw)) => {
                Ok(pointer::give(SharedMemory { raw, ty: *ty, engine: object.store.engine.clone() }))
            }
            _ => fail!(Invalid, "not a shared memory"),
        }
    })
}

/// What stands for a shared memory in a store of its engine, as an import. The caller deletes it.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_shared_memory_extern(memory: *const SharedMemory, store: *const Store) -> *mut Extern {
    entry(|| {
        // SAFETY: the module's rules.
        let (memory, store) = unsafe { (pointer::borrow(memory, "the memory")?, pointer::share(store, "the store")?) };
        if !Arc::ptr_eq(&memory.engine, &store.engine) {
            fail!(Store, "the shared memory was made with another engine object than the store");
        }
        let entered = store.enter()?;
        let raw = Active::shared_memory_extern(&memory.raw);
        Ok(pointer::give(Extern::new(&store, &entered, raw, Some(ExternType::Memory(memory.ty)))))
    })
}

/// The address of the first byte, for good.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_shared_memory_data(memory: *const SharedMemory) -> *mut u8 {
    // SAFETY: the module's rules.
    entry(|| Ok(Active::shared_memory_data(&unsafe { pointer::borrow(memory, "the memory") }?.raw).0))
}

/// The size in bytes, which only grows.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_shared_memory_size(memory: *const SharedMemory) -> u64 {
    // SAFETY: the module's rules.
    entry(|| Ok(Active::shared_memory_data(&unsafe { pointer::borrow(memory, "the memory") }?.raw).1 as u64))
}

/// Grows by `delta` pages. Returns the former size in pages, or all bits set where it cannot.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_shared_memory_grow(memory: *const SharedMemory, delta: u64) -> u64 {
    entry(|| {
        // SAFETY: the module's rules.
        let memory = unsafe { pointer::borrow(memory, "the memory") }?;
        match Active::shared_memory_grow(&memory.raw, delta) {
            Some(pages) => Ok(pages),
            None => fail!(Bounds, "the shared memory cannot grow by {delta} pages"),
        }
    })
}

/// Deletes a shared memory; NULL is nothing. Instances that have it go on working.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_shared_memory_delete(memory: *mut SharedMemory) {
    // SAFETY: the module's rules.
    unsafe { pointer::take(memory) }
}
