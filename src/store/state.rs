//! The part of the store record, the shim's object for a store, that the store's lock protects.

#[cfg(doc)]
use crate::backend::RefOps;
use crate::backend::stack::OtherStack;
use crate::backend::{Backend, InstanceOps, LinkedBackend, StoreOps};
use crate::base::error::{Error, Result};
use crate::engine::interrupt::watch::Watch;
use crate::store::Key;
use crate::store::memory_bytes::StoreMemories;
use crate::store::meter::Meter;
use crate::store::object::Identity;
use crate::wasm::module_info::ModuleInfo;
use slab::Slab;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::sync::Arc;

/// The engine's objects in a store, and the state of the running calls into the store.
///
/// Re-entrant calls share this state, so every field is a cell. No cell stays borrowed while engine code runs, because
/// engine code may enter the store again.
pub struct State {
    /// The store object of the engine library. `None` after the store was freed.
    raw: Cell<Option<<LinkedBackend as Backend>::Store>>,
    externs: RefCell<Slab<<LinkedBackend as Backend>::Extern>>,
    instances: RefCell<Slab<<LinkedBackend as Backend>::Instance>>,
    /// The references that [`RefOps::reference_to`] has created, by the function that they refer to.
    pub references: RefCell<HashMap<Identity, <LinkedBackend as Backend>::Extern>>,
    /// What the store's memories take.
    pub memories: StoreMemories,
    /// The next number for an object of the store.
    pub next_number: Cell<u64>,
    /// The modules that were instantiated in the store. The names in the frames of a trap come from these modules.
    pub modules: RefCell<Vec<Arc<ModuleInfo>>>,
    /// Whether one of `modules` has [unusual functions](ModuleInfo::has_unusual_funcs).
    pub has_unusual_funcs: Cell<bool>,
    /// Number of running calls into WebAssembly. Each call is nested in the previous call.
    pub call_depth: Cell<u32>,
    /// The error of the host function that ended the running call. The error is stored because an engine can pass on
    /// only a trap.
    pub host_error: Cell<Option<Box<Error>>>,
    /// Whether the store was closed. Pins, which keep buffers over the store's memories valid, may delay the freeing of
    /// the objects.
    closed: Cell<bool>,
    /// The separate stack that the outermost call runs on. `None` if the outermost call runs on the thread's own stack.
    pub other_stack: RefCell<Option<OtherStack>>,
    /// Why and when guests must end.
    pub watch: Arc<Watch>,
    /// Whether the guest that has just ended was interrupted by its deadline.
    pub interrupted: Cell<bool>,
    /// What the store has for rewritten modules. `None` if the engine needs no help with fuel, deadlines and limits.
    pub meter: Option<Meter>,
}

impl State {
    /// Creates the state of an empty store.
    pub fn new(raw: <LinkedBackend as Backend>::Store, watch: Arc<Watch>, meter: Option<Meter>) -> Self {
        Self {
            raw: Cell::new(Some(raw)),
            externs: RefCell::default(),
            instances: RefCell::default(),
            references: RefCell::default(),
            memories: StoreMemories::default(),
            next_number: Cell::new(0),
            modules: RefCell::default(),
            has_unusual_funcs: Cell::new(false),
            call_depth: Cell::new(0),
            host_error: Cell::new(None),
            closed: Cell::new(false),
            other_stack: RefCell::default(),
            watch,
            interrupted: Cell::new(false),
            meter,
        }
    }

    /// Returns the store object of the engine library; `None` if the store is closed.
    #[inline]
    pub fn raw_if_open(&self) -> Option<<LinkedBackend as Backend>::Store> {
        self.raw.get().filter(|_| !self.closed.get())
    }

    /// Returns whether WebAssembly is running in the store.
    pub fn is_running(&self) -> bool {
        self.call_depth.get() > 0
    }

    /// Returns whether the store was closed. The store's objects may still exist, because pins keep the memories of a
    /// closed store.
    pub fn is_closed(&self) -> bool {
        self.closed.get()
    }

    /// Marks the store as closed, so that no thread can enter the store.
    pub fn mark_closed(&self) {
        self.closed.set(true);
    }

    /// Takes ownership of an extern. Returns the extern's key.
    pub fn add_extern(&self, object: <LinkedBackend as Backend>::Extern) -> Key {
        Key::Extern(self.externs.borrow_mut().insert(object))
    }

    /// Takes ownership of an instance. Returns the instance's key.
    pub fn add_instance(&self, object: <LinkedBackend as Backend>::Instance) -> Key {
        Key::Instance(self.instances.borrow_mut().insert(object))
    }

    /// Returns the extern with this key. Returns `None` if the extern has been freed.
    pub fn extern_at(&self, key: Key) -> Option<<LinkedBackend as Backend>::Extern> {
        match key {
            Key::Extern(key) => self.externs.borrow().get(key).copied(),
            Key::Instance(_) => None,
        }
    }

    /// Frees the object with this key. Does nothing if closing the store has already freed the object.
    pub fn free(&self, key: Key) {
        // The object is removed from the slab before the object is freed. Freeing runs engine code, engine code may
        // enter the store again, and the slab must not be borrowed at that time.
        match key {
            Key::Extern(key) => {
                let object = self.externs.borrow_mut().try_remove(key);
                object.into_iter().for_each(LinkedBackend::extern_drop);
            }
            Key::Instance(key) => {
                let object = self.instances.borrow_mut().try_remove(key);
                object.into_iter().for_each(LinkedBackend::instance_drop);
            }
        }
    }

    /// Frees the externs, then the instances, then the engine's store. Every engine accepts this order.
    pub fn free_all(&self) {
        self.watch.clear();
        self.meter.iter().for_each(Meter::free);
        let externs = std::mem::take(&mut *self.externs.borrow_mut());
        let references = std::mem::take(&mut *self.references.borrow_mut());
        let externs = externs.into_iter().map(|(_, object)| object).chain(references.into_values());
        externs.for_each(LinkedBackend::extern_drop);
        let instances = std::mem::take(&mut *self.instances.borrow_mut());
        instances.into_iter().for_each(|(_, object)| LinkedBackend::instance_drop(object));
        if let Some(raw) = self.raw.take() {
            LinkedBackend::store_drop(raw);
            self.memories.free();
        }
    }

    /// Runs `work` on a new stack, which has `needed` bytes for WebAssembly. Nested calls into the store run on the
    /// same stack.
    pub fn run_on_other_stack<T>(&self, needed: usize, work: impl FnOnce() -> Result<T>) -> Result<T> {
        /// Clears the field when the call ends, also by a panic.
        struct ClearOnDrop<'a>(&'a RefCell<Option<OtherStack>>);
        impl Drop for ClearOnDrop<'_> {
            fn drop(&mut self) {
                self.0.replace(None);
            }
        }
        let other = OtherStack::new(needed)?;
        self.other_stack.replace(Some(other.clone()));
        let _clear = ClearOnDrop(&self.other_stack);
        other.run(work)
    }
}
