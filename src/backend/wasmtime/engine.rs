//! Engines and stores.

#[cfg(feature = "wasmtime")]
use crate::backend::wasmtime::bundled as constructor;
#[cfg(feature = "system")]
use crate::backend::wasmtime::system as constructor;
use crate::backend::wasmtime::{error, func};
use crate::base::error::{ErrorKind, Result};
use crate::base::options::Options;
use crate::store;
use std::ffi::c_void;
use std::sync::{Arc, Mutex};
use wasm_c_api as c;

/// wasmtime's default for `max_wasm_stack`.
pub const DEFAULT_STACK: usize = 512 << 10;

/// An engine.
pub struct Engine(pub *mut c::wasm_engine_t);

// SAFETY: an engine is a shared, synchronized handle (wasmtime.h, "Thread Safety").
unsafe impl Send for Engine {}
// SAFETY: as above.
unsafe impl Sync for Engine {}

impl Engine {
    /// An engine.
    pub fn new(options: &Options, stack: usize) -> Result<Self> {
        constructor::engine(options, stack).map(Self)
    }

    /// A new store.
    pub fn store_new(&self) -> Result<Store> {
        // SAFETY: the engine lives; the context belongs to the store and lives as long; the queue is given back when
        // the store is deleted.
        unsafe {
            let raw = c::wasmtime_store_new(self.0, std::ptr::null_mut(), None);
            Ok(Store { raw, context: c::wasmtime_store_context(raw), released: Arc::into_raw(Arc::default()) })
        }
    }

    /// Makes every store's guest that reaches its deadline look at it.
    pub fn tick(&self) {
        // SAFETY: the engine lives; the function only adds to an atomic number (wasmtime.h, "from any thread").
        unsafe { c::wasmtime_engine_increment_epoch(self.0) }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        // SAFETY: owned, and dropped once.
        unsafe { c::wasm_engine_delete(self.0) }
    }
}

/// The host objects that a store's guests no longer hold.
pub type Released = Mutex<Vec<u64>>;

/// A store with its context, through which all that lives in it is reached.
#[derive(Clone, Copy)]
pub struct Store {
    raw: *mut c::wasmtime_store_t,
    /// Good as long as the store.
    pub context: *mut c::wasmtime_context_t,
    /// A share of it, which goes with the store.
    pub released: *const Released,
}

impl Store {
    /// Frees the store with all in it.
    pub fn delete(self) {
        // SAFETY: the record gives its store up once; external references that die with it have shares of their own.
        unsafe {
            c::wasmtime_store_delete(self.raw);
            drop(Arc::from_raw(self.released));
        }
    }

    /// Has the record decide, at every tick of the engine, whether a guest goes on.
    pub fn watch(self, record: *const store::Store) {
        // SAFETY: the record outlives its store, so it lives when the callback is called.
        unsafe {
            c::wasmtime_store_epoch_deadline_callback(self.raw, Some(deadline), record.cast_mut().cast(), None);
        }
    }

    /// The guest looks at its deadline after so many ticks from now.
    pub fn set_deadline(self, ticks: u64) {
        // SAFETY: the store lives.
        unsafe { c::wasmtime_context_set_epoch_deadline(self.context, ticks) }
    }

    /// Sets what is left to be used.
    pub fn set_fuel(self, fuel: u64) -> Result<()> {
        // SAFETY: the store lives; the error is freed.
        unsafe { error::check(c::wasmtime_context_set_fuel(self.context, fuel), ErrorKind::Invalid) }
    }

    /// What is left to be used.
    pub fn fuel(self) -> Result<u64> {
        let mut fuel = 0;
        // SAFETY: as above.
        unsafe { error::check(c::wasmtime_context_get_fuel(self.context, &mut fuel), ErrorKind::Invalid)? };
        Ok(fuel)
    }

    /// Bytes of a memory, elements of a table, instances, tables, memories; -1 for no limit.
    pub fn set_limits(self, [memory, table, instances, tables, memories]: [i64; 5]) {
        // SAFETY: the store lives.
        unsafe { c::wasmtime_store_limiter(self.raw, memory, table, instances, tables, memories) }
    }

    /// Collects what guests no longer reach.
    pub fn gc(self) -> Result<()> {
        // SAFETY: as above.
        unsafe { error::check(c::wasmtime_context_gc(self.context), ErrorKind::Engine) }
    }

    /// Says that no guest holds the object.
    pub fn release(self, number: u64) {
        // SAFETY: the store lives, and so does the queue.
        unsafe { &*self.released }.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push(number);
    }

    /// The host objects released since the last time.
    pub fn take_released(self) -> Vec<u64> {
        // SAFETY: the store lives, and so does the queue.
        let released = unsafe { &*self.released };
        std::mem::take(&mut *released.lock().unwrap_or_else(|poisoned| poisoned.into_inner()))
    }
}

/// The context is `const` in some versions of the header.
unsafe extern "C" fn deadline<Context>(
    _: Context,
    record: *mut c_void,
    ticks: *mut u64,
    kind: *mut c::wasmtime_update_deadline_kind_t,
) -> *mut c::wasmtime_error_t {
    // SAFETY: `watch` gave the record, which lives; wasmtime gives places for its results.
    let work = unsafe {
        *ticks = 1;
        *kind = c::WASMTIME_UPDATE_DEADLINE_CONTINUE as c::wasmtime_update_deadline_kind_t;
        &*record.cast::<store::Store>()
    };
    match func::caught(|| work.may_go_on()) {
        Ok(()) => std::ptr::null_mut(),
        // SAFETY: the text ends with NUL and is copied.
        Err(error) => unsafe { c::wasmtime_error_new(error::c_text(&error.message).as_ptr()) },
    }
}
