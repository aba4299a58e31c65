//! The part of the store record that its lock guards.

use crate::backend::stack::OtherStack;
use crate::backend::{Backend, InstanceOps, LinkedBackend, StoreOps};
use crate::base::error::{Error, Result};
use crate::store::Key;
use crate::wasm::module_info::ModuleInfo;
use slab::Slab;
use std::cell::{Cell, RefCell};
use std::sync::Arc;

/// The engine's objects in a store, and the state of the calls that run in it.
///
/// Re-entrant calls share the state, so every field is a cell. No borrow lasts while engine code runs.
pub struct State {
    raw: Cell<Option<<LinkedBackend as Backend>::Store>>,
    externs: RefCell<Slab<<LinkedBackend as Backend>::Extern>>,
    instances: RefCell<Slab<<LinkedBackend as Backend>::Instance>>,
    /// The modules instantiated in the store, for the names in a trap's frames.
    pub modules: RefCell<Vec<Arc<ModuleInfo>>>,
    /// Whether one of the modules has [unusual functions](ModuleInfo::has_unusual_funcs).
    pub has_unusual_funcs: Cell<bool>,
    /// Number of calls into WebAssembly that are running, each nested in the one before.
    pub depth: Cell<u32>,
    /// The failure of a host function that ended the running call. An engine can only carry a trap.
    pub host_error: Cell<Option<Box<Error>>>,
    closed: Cell<bool>,
    /// The stack of the outermost call, if that is not the thread's own.
    pub other_stack: RefCell<Option<OtherStack>>,
    /// The engine's epoch at which guests are interrupted.
    pub deadline: Cell<u64>,
    /// Whether the deadline interrupted the guest that has just ended.
    pub interrupted: Cell<bool>,
}

impl State {
    /// The state of an empty store.
    pub fn new(raw: <LinkedBackend as Backend>::Store, deadline: u64) -> Self {
        Self {
            raw: Cell::new(Some(raw)),
            externs: RefCell::default(),
            instances: RefCell::default(),
            modules: RefCell::default(),
            has_unusual_funcs: Cell::new(false),
            depth: Cell::new(0),
            host_error: Cell::new(None),
            closed: Cell::new(false),
            other_stack: RefCell::default(),
            deadline: Cell::new(deadline),
            interrupted: Cell::new(false),
        }
    }

    /// Returns the engine's store; `None` if the store is closed.
    pub fn open_store(&self) -> Option<<LinkedBackend as Backend>::Store> {
        self.raw.get().filter(|_| !self.closed.get())
    }

    /// Whether WebAssembly is running in the store.
    pub fn is_running(&self) -> bool {
        self.depth.get() > 0
    }

    /// Whether the store was closed. Pins may still keep its objects.
    pub fn is_closed(&self) -> bool {
        self.closed.get()
    }

    /// Marks the store as closed, so that nobody can enter it.
    pub fn mark_closed(&self) {
        self.closed.set(true);
    }

    /// Gives the store an extern to own.
    pub fn add_extern(&self, object: <LinkedBackend as Backend>::Extern) -> Key {
        Key::Extern(self.externs.borrow_mut().insert(object))
    }

    /// Gives the store an instance to own.
    pub fn add_instance(&self, object: <LinkedBackend as Backend>::Instance) -> Key {
        Key::Instance(self.instances.borrow_mut().insert(object))
    }

    /// Returns the extern with this key.
    pub fn extern_at(&self, key: Key) -> Option<<LinkedBackend as Backend>::Extern> {
        match key {
            Key::Extern(key) => self.externs.borrow().get(key).copied(),
            Key::Instance(_) => None,
        }
    }

    /// Frees an object. Does nothing if closing the store has freed the object already.
    pub fn free(&self, key: Key) {
        // The object leaves the slab before it is freed: freeing runs engine code, which may enter the store again.
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
        let externs = std::mem::take(&mut *self.externs.borrow_mut());
        externs.into_iter().for_each(|(_, object)| LinkedBackend::extern_drop(object));
        let instances = std::mem::take(&mut *self.instances.borrow_mut());
        instances.into_iter().for_each(|(_, object)| LinkedBackend::instance_drop(object));
        if let Some(raw) = self.raw.take() {
            LinkedBackend::store_drop(raw);
        }
    }

    /// Runs `work` on a new stack, which nested calls into the store use too.
    pub fn run_on_other_stack<T>(&self, needed: usize, work: impl FnOnce() -> Result<T>) -> Result<T> {
        let other = OtherStack::new(needed)?;
        self.other_stack.replace(Some(other.clone()));
        let result = other.run(work);
        self.other_stack.replace(None);
        result
    }
}
