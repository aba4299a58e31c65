//! The engine, behind one set of traits. Exactly one of two implementations is compiled in:
//!
//! * `standard` uses only the functions of `wasm.h` that every engine really implements.
//! * `wasmtime` uses `wasmtime.h`, for what `wasm.h` cannot express, and for speed. The build scripts set `wasmtime_h`
//!   where the engine, bundled or of the system, comes with that header.
//!
//! A backend passes nothing to an engine that the shim has not checked: some engines abort the process on bad input.

use crate::base::capabilities::Capabilities;
use crate::base::error::{Result, fail};
use crate::base::types::FuncType;
use crate::base::value::Value;
use std::sync::Arc;

pub mod compiling;
pub mod guest_memory;
mod ops;
pub mod stack;
#[cfg(not(wasmtime_h))]
mod standard;
pub mod trusted;
mod wasm_h;
#[cfg(wasmtime_h)]
mod wasmtime;

pub use ops::{
    EngineOps, FuncOps, GlobalOps, InstanceOps, MemoryOps, ModuleOps, RefOps, SharedMemoryOps, StoreOps, TableOps,
    TagOps,
};
#[cfg(not(wasmtime_h))]
pub use standard::Standard as Active;
#[cfg(wasmtime_h)]
pub use wasmtime::Wasmtime as Active;

/// The types and constants of an engine. The traits in [`ops`] hold its functions.
pub trait Backend {
    /// An engine with its configuration; `Drop` frees it.
    type Engine: Send + Sync;
    /// A store; [`StoreOps::store_drop`] frees it.
    type Store: Copy + Send;
    /// A compiled module; `Drop` frees it.
    type Module: Send + Sync;
    /// Anything that can be imported or exported; [`InstanceOps::extern_drop`] frees it.
    type Extern: Copy + Send;
    /// An instance; [`InstanceOps::instance_drop`] frees it.
    type Instance: Copy + Send;
    /// A memory that threads share; `Drop` frees it.
    type SharedMemory: Send + Sync;

    /// The engine's name, as in `ANYWASM_ENGINE`.
    const NAME: &'static str;
    /// The header of the C API that the backend uses.
    const KIND: &'static str;
    /// The engine's capabilities.
    const CAPABILITIES: Capabilities;
    /// Maximum number of pages that a memory may declare; the engine aborts beyond it.
    const MAX_MEMORY_PAGES: u64 = u64::MAX;
    /// Maximum number of elements that a table may start with; the engine would allocate all of the machine's memory.
    const MAX_TABLE_ELEMENTS: u64 = u64::MAX;

    /// Returns the error for an operation whose capability is missing. The shim refuses such operations earlier.
    fn lacks<T>(capability: Capabilities) -> Result<T> {
        Self::CAPABILITIES.require(capability, Self::NAME, "this")?;
        fail!(Panic, "the backend declares a capability that it does not implement")
    }
}

/// A reference, as a backend exchanges it with the rest of the shim.
#[derive(Clone, Copy)]
pub enum Ref<E> {
    /// The null reference, of any type.
    Null,
    /// A function, or an opaque reference to one.
    Func(E),
    /// The number that the host gave to one of its objects; never 0.
    Host(u64),
}

/// A host function: its type, and the closure that runs when a guest calls it.
pub struct HostFunc {
    /// The function's type.
    pub ty: FuncType,
    run: HostClosure,
}

type HostClosure = Box<dyn Fn(&mut [Value]) -> Result<()>>;

impl HostFunc {
    /// A host function in the store that `owner` owns. `run` gets the owner and [`FuncType::slot_count`] slots, which hold
    /// the arguments before, and the results after it.
    ///
    /// The owner must be the one that drops the engine's store, with [`StoreOps::store_drop`]: so it outlives the
    /// function, which runs only in that store.
    pub fn new<S: 'static>(
        ty: FuncType,
        owner: &Arc<S>,
        run: impl Fn(&S, &mut [Value]) -> Result<()> + 'static,
    ) -> Self {
        // No share of the `Arc`: the owner owns the function, so a share would keep both alive for ever.
        let owner = Arc::as_ptr(owner);
        // SAFETY: a backend runs the function while WebAssembly runs in the store. The owner, which drops the store,
        // lives then, and an `Arc` does not move its value.
        Self { ty, run: Box::new(move |values| run(unsafe { &*owner }, values)) }
    }

    /// Runs the function. The backend calls this on the thread that runs WebAssembly in the function's store.
    ///
    /// # Safety
    /// `values` points to [`FuncType::slot_count`] slots that nobody else uses during the call. The first ones hold
    /// arguments of the parameter types as the engine has them; the function consumes their references.
    pub unsafe fn call(&self, values: *mut Value) -> Result<()> {
        let slots = match self.ty.slot_count() {
            0 => &mut [],
            // SAFETY: the caller guarantees that `values` points to this many slots, and that nobody else uses them.
            count => unsafe { std::slice::from_raw_parts_mut(values, count) },
        };
        (self.run)(slots)
    }
}
