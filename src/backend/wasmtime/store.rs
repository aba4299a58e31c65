//! Stores.

use crate::backend::StoreOps;
use crate::backend::wasmtime::engine::Engine;
use crate::backend::wasmtime::{Wasmtime, error};
use crate::base::error::{ErrorKind, Result};
use std::ffi::c_void;
use std::sync::{Arc, Mutex, PoisonError};
use wasm_c_api as c;

/// The numbers of the host objects that a store's guests no longer hold.
pub type Released = Mutex<Vec<u64>>;

/// A store and its context. Every function that uses an object of the store takes the context.
#[derive(Clone, Copy)]
pub struct Store {
    raw: *mut c::wasmtime_store_t,
    /// The context, which belongs to the store and lives as long.
    pub context: *mut c::wasmtime_context_t,
    /// The store's share of an `Arc`, which `store_drop` gives back.
    pub released: *const Released,
}

// SAFETY: a store may move between threads, if one thread uses it at a time (wasmtime.h, "Thread Safety"). The store
// record's lock ensures that. `Released` synchronizes itself.
unsafe impl Send for Store {}

impl Store {
    fn released(&self) -> &Released {
        // SAFETY: the store owns a share of this `Arc` until `store_drop`, and nobody uses a store after that.
        unsafe { &*self.released }
    }
}

/// The callback that decides at a deadline whether a guest goes on.
type DeadlineCallback = Box<dyn Fn() -> Result<()>>;

impl StoreOps for Wasmtime {
    fn store_new(engine: &Engine) -> Result<Store> {
        // SAFETY: the engine lives, and the context is that of the store just created.
        unsafe {
            let raw = c::wasmtime_store_new(engine.0, std::ptr::null_mut(), None);
            Ok(Store { raw, context: c::wasmtime_store_context(raw), released: Arc::into_raw(Arc::default()) })
        }
    }

    fn store_drop(store: Store) {
        // SAFETY: the store record drops its store once. External references that die with the store own shares of
        // `released` themselves.
        unsafe {
            c::wasmtime_store_delete(store.raw);
            drop(Arc::from_raw(store.released));
        }
    }

    fn store_set_deadline_callback(store: Store, callback: DeadlineCallback) {
        let env = Box::into_raw(Box::new(callback)).cast();
        // SAFETY: the store lives. The store owns the environment from here on, and frees it with `finalize`.
        unsafe { c::wasmtime_store_epoch_deadline_callback(store.raw, Some(deadline), env, Some(finalize)) }
    }

    fn store_set_deadline(store: Store, ticks: u64) {
        // SAFETY: the store lives, so its context does.
        unsafe { c::wasmtime_context_set_epoch_deadline(store.context, ticks) }
    }

    fn store_set_fuel(store: Store, fuel: u64) -> Result<()> {
        // SAFETY: the store lives, and `check` owns the error.
        unsafe { error::check(c::wasmtime_context_set_fuel(store.context, fuel), ErrorKind::Invalid) }
    }

    fn store_fuel(store: Store) -> Result<u64> {
        let mut fuel = 0;
        // SAFETY: the store lives, `fuel` is a place for the result, and `check` owns the error.
        unsafe { error::check(c::wasmtime_context_get_fuel(store.context, &mut fuel), ErrorKind::Invalid)? };
        Ok(fuel)
    }

    fn store_set_limits(store: Store, [memory, table, instances, tables, memories]: [i64; 5]) {
        // SAFETY: the store lives.
        unsafe { c::wasmtime_store_limiter(store.raw, memory, table, instances, tables, memories) }
    }

    fn store_gc(store: Store) -> Result<()> {
        // SAFETY: the store lives, and `check` owns the error.
        unsafe { error::check(c::wasmtime_context_gc(store.context), ErrorKind::Engine) }
    }

    fn release(store: Store, number: u64) {
        store.released().lock().unwrap_or_else(PoisonError::into_inner).push(number);
    }

    fn take_released(store: Store) -> Vec<u64> {
        std::mem::take(&mut *store.released().lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Called by wasmtime when a guest reaches its deadline. The type of the context differs between versions of the
/// header (`const` in some), hence the parameter.
unsafe extern "C" fn deadline<Context>(
    _: Context,
    env: *mut c_void,
    ticks: *mut u64,
    kind: *mut c::wasmtime_update_deadline_kind_t,
) -> *mut c::wasmtime_error_t {
    // SAFETY: `store_set_deadline_callback` passed this environment, which lives as long as the store. `ticks` and `kind` are places
    // for the results.
    let callback = unsafe {
        *ticks = 1;
        *kind = c::WASMTIME_UPDATE_DEADLINE_CONTINUE as c::wasmtime_update_deadline_kind_t;
        &*env.cast::<DeadlineCallback>()
    };
    match error::catch_panic(callback) {
        Ok(()) => std::ptr::null_mut(),
        // SAFETY: the text ends with NUL, and wasmtime copies it.
        Err(error) => unsafe { c::wasmtime_error_new(error::c_text(&error.message).as_ptr()) },
    }
}

unsafe extern "C" fn finalize(env: *mut c_void) {
    // SAFETY: `store_set_deadline_callback` leaked this box, and wasmtime finalizes an environment once.
    drop(unsafe { Box::from_raw(env.cast::<DeadlineCallback>()) });
}
