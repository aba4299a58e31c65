//! Stores.

use crate::abi::engine::CEngine;
use crate::abi::types::Bytes;
use crate::abi::{delete, entry, give};
use crate::backend::{Backend, LinkedBackend, StoreOps};
use crate::base::capabilities as cap;
use crate::base::pointer::{Handle, non_null};
use crate::store::Store;
use std::mem::MaybeUninit;
use std::sync::Arc;

/// A store, which owns the objects that are made in it.
pub struct CStore(pub Arc<Store>);

impl Handle for CStore {}

/// Returns a new, empty store. The caller deletes the store.
#[unsafe(no_mangle)]
pub extern "C" fn aw_store_new(engine: Option<&CEngine>) -> Option<Box<CStore>> {
    entry(|| give(CStore(Store::new(non_null(engine, "the engine")?.0.clone())?)))
}

/// Frees all objects in the store. Pointers to its objects stay valid until they are deleted, but their functions fail
/// with the error kind "closed". Waits until other threads have left the store. Fails while this thread runs
/// WebAssembly in the store. Closing a closed store succeeds and has no effect.
#[unsafe(no_mangle)]
pub extern "C" fn aw_store_close(store: Option<&CStore>) -> bool {
    entry(|| {
        non_null(store, "the store")?.0.close()?;
        Ok(true)
    })
}

/// Deletes the store; NULL is allowed. The store itself is freed with the last of its objects.
#[unsafe(no_mangle)]
pub extern "C" fn aw_store_delete(store: Option<Box<CStore>>) {
    delete(store);
}

/// Sets how much fuel the store's guests may use. Guests use fuel only if the engine has the option `consume_fuel`.
#[unsafe(no_mangle)]
pub extern "C" fn aw_store_set_fuel(store: Option<&CStore>, fuel: u64) -> bool {
    entry(|| {
        let store = &non_null(store, "the store")?.0;
        store.engine.capabilities.require(cap::FUEL, LinkedBackend::NAME, "setting a store's fuel")?;
        LinkedBackend::store_set_fuel(store.enter()?.raw, fuel)?;
        Ok(true)
    })
}

/// Writes the store's remaining fuel to `out`.
#[unsafe(no_mangle)]
pub extern "C" fn aw_store_fuel(store: Option<&CStore>, out: Option<&mut MaybeUninit<u64>>) -> bool {
    entry(|| {
        let (out, store) = (non_null(out, "the place for the number")?, &non_null(store, "the store")?.0);
        store.engine.capabilities.require(cap::FUEL, LinkedBackend::NAME, "reading a store's fuel")?;
        out.write(LinkedBackend::store_fuel(store.enter()?.raw)?);
        Ok(true)
    })
}

/// Sets the store's deadline: guests are interrupted when the engine's epoch has advanced by `ticks` from now. Has no
/// effect unless the engine has the option `epoch_interruption`.
#[unsafe(no_mangle)]
pub extern "C" fn aw_store_set_epoch_deadline(store: Option<&CStore>, ticks: u64) -> bool {
    entry(|| {
        let store = &non_null(store, "the store")?.0;
        store.engine.capabilities.require(cap::EPOCH, LinkedBackend::NAME, "a store's deadline")?;
        store.set_deadline(ticks)?;
        Ok(true)
    })
}

/// Limits what the store's guests may allocate: the bytes of each memory, the elements of each table, and the numbers
/// of instances, tables and memories in the store. A negative number means no limit.
#[unsafe(no_mangle)]
pub extern "C" fn aw_store_set_limits(
    store: Option<&CStore>,
    memory_size: i64,
    table_elements: i64,
    instances: i64,
    tables: i64,
    memories: i64,
) -> bool {
    entry(|| {
        let store = &non_null(store, "the store")?.0;
        store.engine.capabilities.require(cap::LIMITS, LinkedBackend::NAME, "limiting a store")?;
        let limits = [memory_size, table_elements, instances, tables, memories];
        LinkedBackend::store_set_limits(store.enter()?.raw, limits);
        Ok(true)
    })
}

/// Collects garbage: references that guests can no longer reach. Has no effect on an engine without a garbage
/// collector.
#[unsafe(no_mangle)]
pub extern "C" fn aw_store_gc(store: Option<&CStore>) -> bool {
    entry(|| {
        LinkedBackend::store_gc(non_null(store, "the store")?.0.enter()?.raw)?;
        Ok(true)
    })
}

/// Returns the host numbers (externref values) that guests have released since the last call, as 64-bit integers in
/// this machine's byte order. A number occurs as often as it was passed in. The caller deletes the bytes.
#[unsafe(no_mangle)]
pub extern "C" fn aw_store_take_released(store: Option<&CStore>) -> Option<Box<Bytes>> {
    entry(|| {
        let numbers = LinkedBackend::take_released_host_numbers(non_null(store, "the store")?.0.enter()?.raw);
        give(Bytes::new(numbers.into_iter().flat_map(u64::to_ne_bytes).collect()))
    })
}
