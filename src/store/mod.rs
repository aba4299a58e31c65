//! The store record, the shim's object for a store. The record owns every engine object that was created in a store,
//! and protects these objects with one re-entrant lock.
//!
//! The C layer returns handles to its callers. A handle keeps the record alive and holds the key of one object in the
//! record. This design has three effects. A handle may be deleted at any time and from any thread. A closed store frees
//! its objects in an order that every engine accepts. No object is freed twice.

mod deadline;
pub mod entered;
mod frames;
pub mod host;
pub mod limits;
pub mod memory_bytes;
pub mod meter;
pub mod nesting;
pub mod object;
pub mod pin;
mod state;

pub use entered::Entered;

use crate::backend::{LinkedBackend, StoreOps};
use crate::base::error::{Error, Result, fail};
use crate::engine::Engine;
use crate::engine::interrupt::ticker::Tick;
use crate::engine::interrupt::watch::Watch;
use limits::Limits;
use meter::Meter;
use parking_lot::{Mutex, ReentrantMutex, ReentrantMutexGuard};
use state::State;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Weak};

/// The key of an object in the store record.
#[derive(Clone, Copy)]
pub enum Key {
    /// The key of a function, memory, table, global or tag, or of an opaque reference: a function whose type the engine
    /// does not report.
    Extern(usize),
    /// The key of an instance.
    Instance(usize),
}

/// A store record: the engine's store, and all objects that belong to the store.
pub struct Store {
    /// The engine that the store belongs to. The `Arc` keeps the engine alive as long as the store.
    pub engine: Arc<Engine>,
    /// A weak reference to this record. [`Store::shared`] creates an `Arc` from the weak reference.
    this: Weak<Store>,
    /// Why and when guests must end.
    watch: Arc<Watch>,
    lock: ReentrantMutex<State>,
    /// Keys of objects that were deleted while another thread held the store's lock. The next thread that enters the
    /// store frees these objects. A deletion must not wait for the lock, because Python's garbage collector may delete
    /// objects while the collector holds locks. The thread in the store may need these locks.
    pending_frees: Mutex<Vec<Key>>,
    /// Whether `pending_frees` has keys.
    has_pending_frees: AtomicBool,
    /// Number of pins, that is, of buffers that expose the store's memories. A closed store is not freed while this
    /// number is above 0.
    pins: AtomicUsize,
}

impl Store {
    /// Creates an empty store.
    pub fn new(engine: Arc<Engine>) -> Result<Arc<Self>> {
        let raw = LinkedBackend::store_new(&engine.raw)?;
        let watch = Arc::<Watch>::default();
        // The deadline of a new store has already passed, if the host sets deadlines.
        watch.set_epoch(if engine.has_deadlines { 0 } else { u64::MAX }, || 0);
        if engine.lowering.metering.deadline {
            watch.record_calls();
            engine.add_watch(&watch);
        } else if engine.interruptible {
            watch.set_engine(Arc::downgrade(&engine) as Weak<dyn Tick>);
        }
        let meter = engine.lowering.needs_meter().then(|| Meter::new(&engine.lowering, watch.clone()));
        let state = State::new(raw, watch.clone(), meter);
        let record = Arc::new_cyclic(|this| Self {
            engine,
            this: this.clone(),
            watch,
            lock: ReentrantMutex::new(state),
            pending_frees: Mutex::default(),
            has_pending_frees: AtomicBool::new(false),
            pins: AtomicUsize::new(0),
        });
        if record.engine.interruptible && !record.engine.lowering.metering.deadline {
            let store = record.this.clone();
            LinkedBackend::store_set_deadline_callback(
                raw,
                Box::new(move || store.upgrade().map_or(Ok(()), |store| store.check_deadline())),
            );
            // If the host sets deadlines, the first check is due at once, because the deadline of a new store has
            // already passed. If not, the first check is due at the next tick.
            LinkedBackend::store_set_deadline(raw, u64::from(!record.engine.has_deadlines));
        }
        Ok(record)
    }

    /// Returns an `Arc` of this record. Fails while the record is being dropped.
    pub fn shared(&self) -> Result<Arc<Self>> {
        self.this.upgrade().ok_or_else(Error::closed)
    }

    /// Waits for the store's lock and enters the store. Fails if the store is closed.
    pub fn enter(&self) -> Result<Entered<'_>> {
        self.entered(self.lock.lock())
    }

    /// Enters the store, or returns `None` if another thread holds the store's lock. Fails if the store is closed.
    pub fn try_enter(&self) -> Result<Option<Entered<'_>>> {
        self.lock.try_lock().map(|state| self.entered(state)).transpose()
    }

    #[inline]
    fn entered<'a>(&self, state: ReentrantMutexGuard<'a, State>) -> Result<Entered<'a>> {
        if self.has_pending_frees.load(Ordering::Relaxed) {
            self.free_pending(&state);
        }
        Entered::new(state)
    }

    /// Frees an object without waiting for the store's lock. If another thread holds the lock, the next thread that
    /// enters the store frees the object.
    pub fn free_or_defer(&self, key: Key) {
        match self.lock.try_lock() {
            Some(state) => state.free(key),
            None => {
                self.pending_frees.lock().push(key);
                self.has_pending_frees.store(true, Ordering::Relaxed);
            }
        }
    }

    /// Sets the fuel that guests may still consume. Requires the capability `fuel`.
    pub fn set_fuel(&self, fuel: u64) -> Result<()> {
        let entered = self.enter()?;
        match entered.meter().filter(|_| self.engine.lowering.metering.fuel) {
            Some(meter) => meter.set_fuel(entered.raw, fuel),
            None => {
                self.check_fuel()?;
                LinkedBackend::store_set_fuel(entered.raw, fuel)
            }
        }
    }

    /// Returns the fuel that guests may still consume. Requires the capability `fuel`.
    pub fn fuel(&self) -> Result<u64> {
        let entered = self.enter()?;
        match entered.meter().filter(|_| self.engine.lowering.metering.fuel) {
            Some(meter) => meter.fuel(entered.raw),
            None => {
                self.check_fuel()?;
                LinkedBackend::store_fuel(entered.raw)
            }
        }
    }

    /// Fails if the guests of the store do not consume fuel.
    fn check_fuel(&self) -> Result<()> {
        if self.engine.options.switch("consume_fuel") != Some(true) {
            fail!(Invalid, "fuel is not configured in this store");
        }
        Ok(())
    }

    /// Sets the limits of the store: bytes of each memory, elements of each table, number of instances, number of tables,
    /// number of memories. A negative number means no limit. Requires the capability `limits`.
    pub fn set_limits(&self, limits: [i64; 5]) -> Result<()> {
        let entered = self.enter()?;
        match entered.meter().filter(|_| self.engine.lowering.needs.limits) {
            Some(meter) => {
                let [memory_size, table_elements, instances, tables, memories] =
                    limits.map(|limit| u64::try_from(limit).ok());
                let limits = Limits { memory_size, table_elements, instances, tables, memories };
                meter.set_limits(entered.raw, limits)
            }
            None => {
                LinkedBackend::store_set_limits(entered.raw, limits);
                Ok(())
            }
        }
    }

    /// Closes the store, and frees all objects of the store. If the store is pinned, the objects are freed when the
    /// last pin is dropped. Handles to the objects stay valid, but every use of a handle fails because the store is
    /// closed.
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

    /// Keeps the store's memories allocated until [`Store::unpin`], even if the store is closed.
    pub fn pin(&self) {
        self.pins.fetch_add(1, Ordering::AcqRel);
    }

    /// Reverts one call of [`Store::pin`]. Does not wait for the store's lock. If another thread holds the lock of a
    /// closed store, the store is freed when the last handle is dropped.
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
        // The flag is cleared before the list is taken. A key that is added later sets the flag again, so no key is
        // forgotten.
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
