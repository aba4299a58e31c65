//! Functions for stores.

use crate::backend::standard::Standard;
use crate::backend::standard::compiled::Compiled;
use crate::backend::standard::engine::Engine;
use crate::backend::standard::engine_object::EngineObject;
use crate::backend::standard::module::Module;
use crate::backend::standard::quirks::{Conversions, QUIRKS};
use crate::backend::standard::slices::{Resumable, Slices};
use crate::backend::{Backend, StoreOps};
use crate::base::capabilities as cap;
use crate::base::error::Result;
use parking_lot::Mutex;
use std::cell::OnceCell;
use std::collections::HashMap;
use std::sync::Arc;
use wasm_c_api as c;

/// A store. The store record, which owns all engine objects of the store, owns both pointers. The record frees the
/// store after these objects.
#[derive(Clone, Copy)]
pub struct Store {
    /// The engine's store.
    pub raw: *mut c::wasm_store_t,
    kept: *const Kept,
}

/// What a store keeps alive.
struct Kept {
    /// The modules that were instantiated in the store, by their address. Functions of the store may run their code
    /// after the host has dropped the modules and the instances.
    modules: Mutex<HashMap<usize, Arc<Compiled>>>,
    /// The engine object that the store belongs to.
    engine: Arc<EngineObject>,
    /// What calls need that run in slices.
    slices: Option<Slices>,
    /// The functions that convert external references, as [`Conversions`] describes them.
    conversions: OnceCell<[*mut c::wasm_extern_t; 2]>,
}

// SAFETY: `wasm.h` ("Runtime Environment") allows a store to move between threads if only one thread uses the store at
// a time. The lock of the store record ensures that only one thread uses the store. `Kept` synchronizes itself.
unsafe impl Send for Store {}

impl Store {
    fn kept(&self) -> &Kept {
        // SAFETY: the pointer came from `Box::into_raw`. `store_drop` frees the box, and no code uses the store after
        // `store_drop`.
        unsafe { &*self.kept }
    }

    /// Returns the engine object that the store belongs to.
    pub fn engine(&self) -> &Arc<EngineObject> {
        &self.kept().engine
    }

    /// Returns what calls need that run in slices, and the functions of the engine for it. Returns `None` if calls run as
    /// a whole.
    pub fn slices(&self) -> Option<(&Slices, &'static Resumable)> {
        Some((self.kept().slices.as_ref()?, QUIRKS.resumable.as_ref()?))
    }

    /// Returns the functions that convert external references in this store.
    pub fn conversions(&self, conversions: &Conversions) -> [*mut c::wasm_extern_t; 2] {
        // SAFETY: the store lives, and this thread holds its lock.
        *self.kept().conversions.get_or_init(|| unsafe { (conversions.functions)(self.raw) })
    }

    /// Returns the module for this store. The store keeps the code alive, so the pointer is valid as long as the store.
    pub fn module(&self, module: &Module) -> Result<*mut c::wasm_module_t> {
        let compiled = module.for_engine(self.engine())?;
        let raw = compiled.raw();
        self.kept().modules.lock().entry(Arc::as_ptr(&compiled).addr()).or_insert(compiled);
        Ok(raw)
    }
}

impl StoreOps for Standard {
    fn store_new(engine: &Engine) -> Result<Store> {
        let slices = engine.slices();
        let engine = engine.current()?;
        let raw = engine.store_new()?;
        // SAFETY: the engine has just created the store.
        unsafe { (QUIRKS.prepare_store)(raw) };
        Ok(Store {
            raw,
            kept: Box::into_raw(Box::new(Kept {
                modules: Mutex::default(),
                engine,
                slices,
                conversions: OnceCell::new(),
            })),
        })
    }

    fn store_set_deadline_callback(store: Store, callback: Box<dyn Fn() -> Result<()>>) {
        if let Some((slices, _)) = store.slices() {
            slices.set_callback(callback);
        }
    }

    fn store_set_deadline(store: Store, ticks: u64) {
        if let Some((slices, _)) = store.slices() {
            slices.set_deadline(ticks);
        }
    }

    fn store_set_fuel(store: Store, fuel: u64) -> Result<()> {
        let Some((slices, engine)) = store.slices() else { return Self::missing_capability(cap::FUEL) };
        slices.set_fuel(engine, store.raw, fuel);
        Ok(())
    }

    fn store_fuel(store: Store) -> Result<u64> {
        let Some((slices, engine)) = store.slices() else { return Self::missing_capability(cap::FUEL) };
        Ok(slices.fuel(engine, store.raw))
    }

    fn store_drop(store: Store) {
        // SAFETY: the store record, which owns the store and its objects, calls this function once, after the record
        // has freed all objects. The engine's store is freed before the code and the engine object that it uses.
        unsafe {
            let conversions = store.kept().conversions.get().into_iter().flatten();
            conversions.for_each(|object| c::wasm_extern_delete(*object));
            c::wasm_store_delete(store.raw);
            drop(Box::from_raw(store.kept.cast_mut()));
        }
    }
}
