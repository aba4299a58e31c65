//! Stores.

use crate::abi::{entry, pointer};
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
