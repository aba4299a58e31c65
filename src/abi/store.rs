//! Stores.

use crate::abi::types::Bytes;
use crate::abi::{entry, pointer};
use crate::backend::{Active, Backend, StoreOps};
use crate::base::capabilities as cap;
use crate::engine::Engine;
use crate::store::Store;

/// A new store. The caller deletes it.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_store_new(engine: *const Engine) -> *const Store {
    // SAFETY: the module's rules.
    entry(|| Ok(pointer::give_shared(Store::new(unsafe { pointer::share(engine, "the engine") }?)?)))
}

/// Frees all that lives in the store; objects of it then say that it is closed. Waits for other threads to leave it;
/// fails while this thread runs WebAssembly in it. Closing again is nothing.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_store_close(store: *const Store) -> bool {
    entry(|| {
        // SAFETY: the module's rules.
        unsafe { pointer::borrow(store, "the store") }?.close()?;
        Ok(true)
    })
}

/// Deletes the store; NULL is nothing. It lives on while objects in it do.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_store_delete(store: *const Store) {
    // SAFETY: the module's rules.
    unsafe { pointer::take_shared(store) }
}

/// Sets how much the store's guests may use; the engine's option `consume_fuel` makes them use it.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_store_set_fuel(store: *const Store, fuel: u64) -> bool {
    entry(|| {
        // SAFETY: the module's rules.
        let store = unsafe { pointer::borrow(store, "the store") }?;
        store.engine.capabilities.require(cap::FUEL, Active::NAME, "setting a store's fuel")?;
        Active::store_set_fuel(store.enter()?.raw, fuel)?;
        Ok(true)
    })
}

/// Writes how much is left.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_store_fuel(store: *const Store, out: *mut u64) -> bool {
    entry(|| {
        // SAFETY: the module's rules.
        let store = unsafe {
            pointer::borrow(out, "the place for the number")?;
            pointer::borrow(store, "the store")?
        };
        store.engine.capabilities.require(cap::FUEL, Active::NAME, "reading a store's fuel")?;
        let fuel = Active::store_fuel(store.enter()?.raw)?;
        // SAFETY: the place is not NULL.
        unsafe { *out = fuel };
        Ok(true)
    })
}

/// Has guests interrupted when the engine's epoch has advanced so often from now; nothing unless the engine's option
/// `epoch_interruption` is set.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_store_set_epoch_deadline(store: *const Store, ticks: u64) -> bool {
    entry(|| {
        // SAFETY: the module's rules.
        let store = unsafe { pointer::borrow(store, "the store") }?;
        store.engine.capabilities.require(cap::EPOCH, Active::NAME, "a store's deadline")?;
        store.set_deadline(ticks)?;
        Ok(true)
    })
}

/// Limits, for each memory, its bytes; for each table, its elements; and for the store, how many instances, tables and
/// memories there are. Less than 0 is no limit.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_store_set_limits(
    store: *const Store,
    memory_size: i64,
    table_elements: i64,
    instances: i64,
    tables: i64,
    memories: i64,
) -> bool {
    entry(|| {
        // SAFETY: the module's rules.
        let store = unsafe { pointer::borrow(store, "the store") }?;
        store.engine.capabilities.require(cap::LIMITS, Active::NAME, "limiting a store")?;
        let limits = [memory_size, table_elements, instances, tables, memories];
        Active::store_set_limits(store.enter()?.raw, limits);
        Ok(true)
    })
}

/// Collects the references that guests no longer reach; nothing on an engine that does not collect.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_store_gc(store: *const Store) -> bool {
    entry(|| {
        // SAFETY: the module's rules.
        let store = unsafe { pointer::borrow(store, "the store") }?;
        Active::store_gc(store.enter()?.raw)?;
        Ok(true)
    })
}

/// The host's numbers for objects that no guest holds any more, since the last time, as 64-bit integers of this machine.
/// A number is released as often as it was passed in. The caller deletes the bytes.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_store_take_released(store: *const Store) -> *mut Bytes {
    entry(|| {
        // SAFETY: the module's rules.
        let store = unsafe { pointer::borrow(store, "the store") }?;
        let numbers = Active::take_released(store.enter()?.raw);
        Ok(Bytes::give(numbers.into_iter().flat_map(u64::to_ne_bytes).collect()))
    })
}
