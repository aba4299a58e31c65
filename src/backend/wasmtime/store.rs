//! Functions for stores.

use crate::backend::StoreOps;
use crate::backend::wasmtime::engine::Engine;
use crate::backend::wasmtime::{Wasmtime, error};
use crate::base::error::{ErrorKind, Result};
use std::ffi::c_void;
use std::sync::{Arc, Mutex, PoisonError};
use wasm_c_api as c;

/// The host numbers of the host objects that the guests of a store no longer reference. A host number identifies a host
/// object.
pub type Released = Mutex<Vec<u64>>;

/// A store and its context. Every function of wasmtime that uses an object of the store takes the context.
#[derive(Clone, Copy)]
pub struct Store {
    raw: *mut c::wasmtime_store_t,
    /// The store's context. The context is valid as long as the store lives.
    pub context: *mut c::wasmtime_context_t,
    /// The store's list of released numbers (see [`Released`]). The pointer owns a reference count of an `Arc`, and
    /// `store_drop` releases this count.
    pub released: *const Released,
}

// SAFETY: a store may move between threads if only one thread uses the store at a time (wasmtime.h, "Thread Safety").
// The lock of the store record, which owns the store, ensures this condition. `Released` synchronizes itself.
unsafe impl Send for Store {}

impl Store {
    fn released(&self) -> &Released {
        // SAFETY: the store owns a reference count of this `Arc` until `store_drop`. No code uses the store after
        // `store_drop`.
        unsafe { &*self.released }
    }
}

/// The callback that runs when a guest reaches its deadline. An error ends the guest.
type DeadlineCallback = Box<dyn Fn() -> Result<()>>;

impl StoreOps for Wasmtime {
    fn store_new(engine: &Engine) -> Result<Store> {
        // SAFETY: the engine lives. The context belongs to the new store.
        unsafe {
            let raw = c::wasmtime_store_new(engine.0, std::ptr::null_mut(), None);
            let context = c::wasmtime_store_context(raw);
            let store = Store { raw, context, released: Arc::into_raw(Arc::default()) };
            Self::store_set_limits(store, [-1; 5]);
            Ok(store)
        }
    }

    fn store_drop(store: Store) {
        // SAFETY: the store record, which owns the store, drops each store once. Deleting the store finalizes its
        // external references. Each of these references owns a reference count of `released`, so their finalizers may
        // use the list.
        unsafe {
            c::wasmtime_store_delete(store.raw);
            drop(Arc::from_raw(store.released));
        }
    }

    fn store_set_deadline_callback(store: Store, callback: DeadlineCallback) {
        let env = Box::into_raw(Box::new(callback)).cast();
        // SAFETY: the store lives. The store takes ownership of the environment, and frees the environment with
        // `finalize`.
        unsafe { c::wasmtime_store_epoch_deadline_callback(store.raw, Some(deadline), env, Some(finalize)) }
    }

    fn store_set_deadline(store: Store, ticks: u64) {
        // SAFETY: the store lives, so the context is valid.
        unsafe { c::wasmtime_context_set_epoch_deadline(store.context, ticks) }
    }

    fn store_set_fuel(store: Store, fuel: u64) -> Result<()> {
        // SAFETY: the store lives. `check` takes ownership of the error.
        unsafe { error::check(c::wasmtime_context_set_fuel(store.context, fuel), ErrorKind::Invalid) }
    }

    fn store_fuel(store: Store) -> Result<u64> {
        let mut fuel = 0;
        // SAFETY: the store lives. `fuel` receives the result. `check` takes ownership of the error.
        unsafe { error::check(c::wasmtime_context_get_fuel(store.context, &mut fuel), ErrorKind::Invalid)? };
        Ok(fuel)
    }

    fn store_set_limits(store: Store, [memory, table, instances, tables, memories]: [i64; 5]) {
        // For wasmtime, a negative number of objects means 10,000.
        let [instances, tables, memories] =
            [instances, tables, memories].map(|limit| if limit < 0 { i64::MAX } else { limit });
        // SAFETY: the store lives.
        unsafe { c::wasmtime_store_limiter(store.raw, memory, table, instances, tables, memories) }
    }

    fn store_gc(store: Store) -> Result<()> {
        // SAFETY: the store lives. `check` takes ownership of the error.
        unsafe { error::check(c::wasmtime_context_gc(store.context), ErrorKind::Engine) }
    }

    fn release_host_number(store: Store, number: u64) {
        store.released().lock().unwrap_or_else(PoisonError::into_inner).push(number);
    }

    fn take_released_host_numbers(store: Store) -> Vec<u64> {
        std::mem::take(&mut *store.released().lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// wasmtime calls this function when a guest reaches its deadline. `Context` is a type parameter because the context is
/// a `const` pointer in some versions of the header.
unsafe extern "C" fn deadline<Context>(
    _: Context,
    env: *mut c_void,
    ticks: *mut u64,
    kind: *mut c::wasmtime_update_deadline_kind_t,
) -> *mut c::wasmtime_error_t {
    // SAFETY: `store_set_deadline_callback` passed this environment to wasmtime, and the environment lives as long as
    // the store. wasmtime passes valid pointers for the results `ticks` and `kind`.
    let callback = unsafe {
        *ticks = 1;
        *kind = c::WASMTIME_UPDATE_DEADLINE_CONTINUE as c::wasmtime_update_deadline_kind_t;
        &*env.cast::<DeadlineCallback>()
    };
    match error::catch_panic(callback) {
        Ok(()) => std::ptr::null_mut(),
        // SAFETY: the text ends with NUL, and wasmtime copies the text.
        Err(error) => unsafe { c::wasmtime_error_new(error::c_text(&error.message).as_ptr()) },
    }
}

unsafe extern "C" fn finalize(env: *mut c_void) {
    // SAFETY: `env` is the box that `store_set_deadline_callback` leaked. wasmtime finalizes each environment once, so
    // the box is freed once.
    drop(unsafe { Box::from_raw(env.cast::<DeadlineCallback>()) });
}
