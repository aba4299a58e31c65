//! The store record. It owns every engine object made in a store, behind one re-entrant lock.
//!
//! A handle that the C layer gives out holds the record and a key into the record. So an object may be deleted at any
//! time and from any thread, a closed store frees its objects in an order that every engine accepts, and nothing is
//! freed twice.

pub mod entered;
mod frames;
pub mod host;
pub mod object;
pub mod pin;
mod state;

pub use entered::Entered;

use crate::backend::{LinkedBackend, StoreOps, stack};
use crate::base::error::{Error, Result, fail};
use crate::engine::{Engine, interrupt};
use parking_lot::{Mutex, ReentrantMutex, ReentrantMutexGuard};
use state::State;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Weak};

/// The place of an object in the store record.
#[derive(Clone, Copy)]
pub enum Key {
    /// A function, memory, table, global, tag or opaque reference.
    Extern(usize),
    /// An instance.
    Instance(usize),
}

/// A store, and everything that lives in it.
pub struct Store {
    /// The engine that the store belongs to. The engine outlives the store.
    pub engine: Arc<Engine>,
    /// The record itself, for code that has a plain reference and needs an owner.
    this: Weak<Store>,
    lock: ReentrantMutex<State>,
    /// Objects deleted while another thread was in the store. The next thread that enters frees them. A deletion must
    /// not wait: it may come from Python's garbage collector, which may hold locks that the thread in the store needs.
    pending_frees: Mutex<Vec<Key>>,
    has_pending_frees: AtomicBool,
    /// Number of pins, that is of buffers over memories. A closed store is not freed before this is 0.
    pins: AtomicUsize,
}

impl Store {
    /// Creates an empty store.
    pub fn new(engine: Arc<Engine>) -> Result<Arc<Self>> {
        let raw = LinkedBackend::store_new(&engine.raw)?;
        let state = State::new(raw, if engine.has_deadlines { 0 } else { u64::MAX });
        let record = Arc::new_cyclic(|this| Self {
            engine,
            this: this.clone(),
            lock: ReentrantMutex::new(state),
            pending_frees: Mutex::default(),
            has_pending_frees: AtomicBool::new(false),
            pins: AtomicUsize::new(0),
        });
        if record.engine.interruptible {
            let store = record.this.clone();
            LinkedBackend::store_set_deadline_callback(
                raw,
                Box::new(move || store.upgrade().map_or(Ok(()), |store| store.check_deadline())),
            );
            LinkedBackend::store_set_deadline(raw, u64::from(!record.engine.has_deadlines));
        }
        Ok(record)
    }

    /// Returns an owner of the record. Fails while the record is being dropped.
    pub fn shared(&self) -> Result<Arc<Self>> {
        self.this.upgrade().ok_or_else(Error::closed)
    }

    /// Waits for the store and enters it. Fails if the store is closed.
    pub fn enter(&self) -> Result<Entered<'_>> {
        self.entered(self.lock.lock())
    }

    /// Enters the store, unless another thread is in it.
    pub fn try_enter(&self) -> Result<Option<Entered<'_>>> {
        self.lock.try_lock().map(|state| self.entered(state)).transpose()
    }

    fn entered<'a>(&self, state: ReentrantMutexGuard<'a, State>) -> Result<Entered<'a>> {
        if self.has_pending_frees.load(Ordering::Relaxed) {
            self.free_pending(&state);
        }
        Entered::new(state)
    }

    /// Sets the epoch at which guests are interrupted, in ticks from now. Does nothing if the engine has no deadlines.
    pub fn set_deadline(&self, ticks: u64) -> Result<()> {
        let entered = self.enter()?;
        if self.engine.has_deadlines {
            entered.set_deadline(self.engine.epoch.load(Ordering::SeqCst).saturating_add(ticks));
            // The engine calls `check_deadline` at the next tick; if the deadline is now, at once.
            LinkedBackend::store_set_deadline(entered.raw, ticks.min(1));
        }
        Ok(())
    }

    /// Fails if the running guest must end. A guest calls this at each tick, on its own thread.
    fn check_deadline(&self) -> Result<()> {
        let entered = self.enter()?;
        if self.engine.epoch.load(Ordering::SeqCst) >= entered.deadline() {
            entered.mark_interrupted();
            fail!(Trap, "wasm trap: interrupt");
        }
        // If the stack has no room for the host, the guest will overflow the stack by itself.
        match stack::on_host_stack(|| Ok(interrupt::call_hook())).unwrap_or(0) {
            0 => Ok(()),
            token => {
                entered.record_host_error(&Error::host(token));
                Err(Error::host(token))
            }
        }
    }

    /// Frees an object now, or later if another thread is in the store. Never waits.
    pub fn free_or_defer(&self, key: Key) {
        match self.lock.try_lock() {
            Some(state) => state.free(key),
            None => {
                self.pending_frees.lock().push(key);
                self.has_pending_frees.store(true, Ordering::Relaxed);
            }
        }
    }

    /// Closes the store, and frees everything in it; if the store is pinned, when the last pin is dropped. Handles to
    /// objects of the store stay valid: using them gives the error that the store is closed.
    pub fn close(&self) -> Result<()> {
        let state = self.lock.lock();
        if state.is_running() {
            fail!(Store, "the store cannot be closed while it runs WebAssembly on this thread");
        }
        self.free_pending(&state);
        state.mark_closed();
        self.free_if_closed(&state);
        Ok(())
    }

    /// Keeps the store's memories where they are until [`Store::unpin`], even if the store is closed.
    pub fn pin(&self) {
        self.pins.fetch_add(1, Ordering::AcqRel);
    }

    /// Ends a [`Store::pin`]. Never waits: if another thread is in a closed store, dropping the last handle frees it.
    pub fn unpin(&self) {
        self.pins.fetch_sub(1, Ordering::AcqRel);
        if let Some(state) = self.lock.try_lock() {
            self.free_if_closed(&state);
        }
    }

    fn free_if_closed(&self, state: &State) {
        if state.is_closed() && self.pins.load(Ordering::Acquire) == 0 {
            state.free_all();
        }
    }

    fn free_pending(&self, state: &State) {
        // The flag is cleared first: a key that is added after the list was taken sets the flag again.
        self.has_pending_frees.store(false, Ordering::Relaxed);
        let keys = std::mem::take(&mut *self.pending_frees.lock());
        keys.into_iter().for_each(|key| state.free(key));
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        let state = self.lock.lock();
        self.free_pending(&state);
        state.free_all();
    }
}
