//! C functions for memories that several threads share. A shared memory belongs to an engine, not to a store.

use crate::abi::engine::CEngine;
use crate::abi::store::CStore;
use crate::abi::types::CExternType;
use crate::abi::{box_for_c, catch_errors, delete, memory};
use crate::backend::{Backend, LinkedBackend, SharedMemoryOps};
use crate::base::capabilities;
use crate::base::error::fail;
use crate::base::pointer::{Handle, non_null};
use crate::base::types::{ExternType, MemoryType};
use crate::engine::Engine;
use crate::store::object::Extern;
use std::sync::Arc;

/// A shared memory, which C owns. Instances in several stores may use the same memory.
pub struct SharedMemory {
    raw: <LinkedBackend as Backend>::SharedMemory,
    ty: MemoryType,
    engine: Arc<Engine>,
}

impl Handle for SharedMemory {}

/// Returns a new shared memory of this type. Instances in any store of the engine can import the memory. The caller
/// deletes the shared memory.
#[unsafe(no_mangle)]
pub extern "C" fn aw_shared_memory_new(
    engine: Option<&CEngine>,
    ty: Option<&CExternType>,
) -> Option<Box<SharedMemory>> {
    catch_errors(|| {
        let (engine, ty) = (&non_null(engine, "the engine")?.0, non_null(ty, "the type")?.memory()?);
        engine.capabilities.require(capabilities::SHARED_MEMORY, LinkedBackend::NAME, "a shared memory")?;
        if !ty.shared {
            fail!(Invalid, "shared memory must have the `shared` flag enabled on its memory type");
        }
        memory::check_supported(engine.capabilities, &ty)?;
        let raw = LinkedBackend::shared_memory_new(&engine.raw, &ty)?;
        box_for_c(SharedMemory { raw, ty, engine: engine.clone() })
    })
}

/// Returns the shared memory that an extern refers to. Fails if the extern does not refer to a shared memory. The
/// caller deletes the shared memory.
#[unsafe(no_mangle)]
pub extern "C" fn aw_shared_memory_of(object: Option<&Extern>) -> Option<Box<SharedMemory>> {
    catch_errors(|| {
        let object = non_null(object, "the memory")?;
        let _entered = object.store.enter()?;
        match (&object.ty, LinkedBackend::shared_memory_of(&object.raw)) {
            (Some(ExternType::Memory(ty)), Some(raw)) => {
                box_for_c(SharedMemory { raw, ty: *ty, engine: object.store.engine.clone() })
            }
            _ => fail!(Invalid, "not a shared memory"),
        }
    })
}

/// Returns an extern in `store` that refers to a shared memory, so that instances in the store can import the memory.
/// Fails if the store belongs to another engine than the memory. The caller deletes the extern.
#[unsafe(no_mangle)]
pub extern "C" fn aw_shared_memory_extern(
    memory: Option<&SharedMemory>,
    store: Option<&CStore>,
) -> Option<Box<Extern>> {
    catch_errors(|| {
        let (memory, store) = (non_null(memory, "the memory")?, &non_null(store, "the store")?.0);
        if !Arc::ptr_eq(&memory.engine, &store.engine) {
            fail!(Store, "the shared memory was made with another engine object than the store");
        }
        let entered = store.enter()?;
        let raw = LinkedBackend::shared_memory_extern(&memory.raw);
        box_for_c(Extern::new(store, &entered, raw, Some(ExternType::Memory(memory.ty))))
    })
}

/// Returns the address of the memory's first byte, or NULL on failure. The address never changes, also if the memory
/// grows.
#[unsafe(no_mangle)]
pub extern "C" fn aw_shared_memory_data(memory: Option<&SharedMemory>) -> *mut u8 {
    catch_errors(|| Ok(LinkedBackend::shared_memory_data(&non_null(memory, "the memory")?.raw).0))
}

/// Returns the memory's size in bytes, or all bits set on failure. The size never shrinks.
#[unsafe(no_mangle)]
pub extern "C" fn aw_shared_memory_size(memory: Option<&SharedMemory>) -> u64 {
    catch_errors(|| Ok(LinkedBackend::shared_memory_data(&non_null(memory, "the memory")?.raw).1 as u64))
}

/// Grows the shared memory by `delta` pages. Returns the size before the growth in pages, or all bits set on failure.
#[unsafe(no_mangle)]
pub extern "C" fn aw_shared_memory_grow(memory: Option<&SharedMemory>, delta: u64) -> u64 {
    catch_errors(|| match LinkedBackend::shared_memory_grow(&non_null(memory, "the memory")?.raw, delta) {
        Some(pages) => Ok(pages),
        None => fail!(Bounds, "the shared memory cannot grow by {delta} pages"),
    })
}

/// Deletes a shared memory. Has no effect if the pointer is NULL. Instances that import or export the memory stay
/// usable.
#[unsafe(no_mangle)]
pub extern "C" fn aw_shared_memory_delete(memory: Option<Box<SharedMemory>>) {
    delete(memory);
}
