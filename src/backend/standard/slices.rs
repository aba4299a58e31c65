//! Calls in slices: an engine that can stop a guest when its fuel is used up, and let it go on, runs the guest for a
//! slice of fuel at a time. Between two slices the guest looks at its deadline.

use crate::base::error::{Error, ErrorKind, Result};
use crate::base::options::Options;
use crate::base::trap::TrapCode;
use std::cell::{Cell, OnceCell};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use wasm_c_api as c;

/// The fuel of a slice. wasmi runs it in less than a millisecond, and is not slower than with one large slice.
const SLICE: u64 = 100_000;

/// The functions of an engine whose calls can be resumed.
pub struct Resumable {
    /// Sets the fuel of the current slice.
    ///
    /// # Safety
    /// The engine created the store, and this thread alone uses it.
    pub set_fuel: unsafe fn(*mut c::wasm_store_t, u64),
    /// Returns what is left of the current slice.
    ///
    /// # Safety
    /// The engine created the store, and this thread alone uses it.
    pub fuel: unsafe fn(*mut c::wasm_store_t) -> u64,
    /// Calls a function, like `wasm_func_call`. If the guest runs out of fuel, the last argument receives the least amount
    /// that it needs, adds fuel, and returns whether the guest may go on. Returns the message of a trap as error, and
    /// `None` if the guest may not go on.
    ///
    /// # Safety
    /// The engine created the store and the function, which belongs to the store. The arguments and results have the
    /// types of the function. This thread alone uses the store.
    pub call: CallInSlices,
}

type CallInSlices = unsafe fn(
    *mut c::wasm_store_t,
    *const c::wasm_extern_t,
    &[c::wasm_val_t],
    &mut [c::wasm_val_t],
    &mut dyn FnMut(u64) -> bool,
) -> std::result::Result<(), Option<String>>;

type DeadlineCallback = Box<dyn Fn() -> Result<()>>;

/// What a store needs for calls in slices.
pub struct Slices {
    /// Whether the host sets the fuel. If not, guests have as much as they want.
    counts_fuel: bool,
    /// The fuel beyond the current slice.
    reserve: Cell<u64>,
    /// What runs when the deadline is reached.
    callback: OnceCell<DeadlineCallback>,
    /// The engine's time.
    now: Arc<AtomicU64>,
    /// The engine's time at which the callback runs.
    deadline: Cell<u64>,
}

impl Slices {
    /// Returns what the stores of an engine with these options need. `now` is the engine's time. Returns `None` if guests
    /// consume no fuel and have no deadline.
    pub fn new(options: &Options, now: &Arc<AtomicU64>) -> Option<Self> {
        let counts_fuel = options.switch("consume_fuel") == Some(true);
        (counts_fuel || is_interruptible(options)).then(|| Self {
            counts_fuel,
            reserve: Cell::new(0),
            callback: OnceCell::new(),
            now: now.clone(),
            deadline: Cell::new(u64::MAX),
        })
    }

    /// Installs what runs when a guest reaches its deadline.
    pub fn set_callback(&self, callback: DeadlineCallback) {
        self.callback.get_or_init(|| callback);
    }

    /// Sets the deadline, in ticks of the engine's time from now.
    pub fn set_deadline(&self, ticks: u64) {
        self.deadline.set(self.now.load(Ordering::SeqCst).saturating_add(ticks));
    }

    /// Sets the fuel that guests may still consume.
    pub fn set_fuel(&self, engine: &Resumable, store: *mut c::wasm_store_t, fuel: u64) {
        // SAFETY: the store lives, and this thread holds its lock.
        unsafe { (engine.set_fuel)(store, 0) };
        self.reserve.set(fuel);
    }

    /// Returns the fuel that guests may still consume.
    pub fn fuel(&self, engine: &Resumable, store: *mut c::wasm_store_t) -> u64 {
        // SAFETY: the store lives, and this thread holds its lock.
        self.reserve.get().saturating_add(unsafe { (engine.fuel)(store) })
    }

    /// Adds a slice of fuel, of at least `needed`. Returns false if there is not so much.
    fn add_slice(&self, engine: &Resumable, store: *mut c::wasm_store_t, needed: u64) -> bool {
        // SAFETY: the store lives, and this thread holds its lock.
        let left = unsafe { (engine.fuel)(store) };
        let wanted = needed.max(SLICE).saturating_sub(left);
        let added = if self.counts_fuel { wanted.min(self.reserve.get()) } else { wanted };
        if self.counts_fuel {
            self.reserve.set(self.reserve.get() - added);
        }
        // SAFETY: this thread still holds the lock of the store.
        unsafe { (engine.set_fuel)(store, left + added) };
        // A guest that needs nothing could run for ever without using anything.
        left + added >= needed.max(1)
    }

    /// Runs the callback if the deadline is reached.
    fn look(&self) -> Result<()> {
        let now = self.now.load(Ordering::Relaxed);
        if now < self.deadline.get() {
            return Ok(());
        }
        // A guest that had to end must not run the next time either.
        self.callback.get().map_or(Ok(()), |callback| callback())?;
        self.deadline.set(now + 1);
        Ok(())
    }

    /// Calls a function. Returns the message of a trap as `Err(Ok(message))`, and the reason for which the host has ended
    /// the guest as `Err(Err(error))`.
    ///
    /// # Safety
    /// As for [`Resumable::call`].
    pub unsafe fn call(
        &self,
        engine: &Resumable,
        store: *mut c::wasm_store_t,
        func: *const c::wasm_extern_t,
        args: &[c::wasm_val_t],
        results: &mut [c::wasm_val_t],
    ) -> std::result::Result<(), std::result::Result<String, Error>> {
        self.look().map_err(Err)?;
        self.add_slice(engine, store, 0);
        let mut end = None;
        let mut go_on = |needed| match self.look() {
            Err(error) => {
                end = Some(error);
                false
            }
            Ok(()) if self.add_slice(engine, store, needed) => true,
            Ok(()) => {
                // As in wasmtime, nothing is left of fuel that was not enough.
                self.set_fuel(engine, store, 0);
                let message = "wasm trap: all fuel consumed by WebAssembly";
                end = Some(Error::new(ErrorKind::Trap, message).with_code(TrapCode::OutOfFuel as i32));
                false
            }
        };
        // SAFETY: the caller guarantees what the engine's function requires.
        let outcome = unsafe { (engine.call)(store, func, args, results, &mut go_on) };
        outcome.map_err(|message| match (message, end) {
            (_, Some(error)) => Err(error),
            (Some(message), None) => Ok(message),
            (None, None) => Err(Error::new(ErrorKind::Panic, "a guest has ended without a reason")),
        })
    }
}

/// Returns whether guests of an engine with these options look at a deadline.
pub fn is_interruptible(options: &Options) -> bool {
    ["epoch_interruption", "interruptible"].iter().any(|name| options.switch(name) == Some(true))
}
