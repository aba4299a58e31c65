//! The linked engine, behind one set of traits. Exactly one of two backends is compiled in:
//!
//! * `standard` uses only the functions of `wasm.h` that every engine really implements.
//! * `wasmtime` uses `wasmtime.h`, because `wasm.h` cannot express all features of wasmtime, and because calls through
//!   `wasmtime.h` are faster. The build scripts set the cfg flag `wasmtime_h` if the engine has that header. Both the
//!   bundled wasmtime and a system library can have that header.
//!
//! The shim checks everything that a backend passes to an engine, because some engines abort the process on bad input.

use crate::backend::reserve::CompileMemory;
use crate::base::capabilities::Capabilities;
use crate::base::error::{Result, fail};
use crate::base::types::FuncType;
use crate::base::value::Value;
use crate::lower::Needs;
use crate::wasm::complexity::Limits;
use std::sync::Arc;

pub mod compiling;
pub mod faults;
pub mod guest_memory;
pub mod mappings;
mod ops;
pub mod reserve;
pub mod stack;
#[cfg(not(wasmtime_h))]
mod standard;
pub mod thread_clock;
pub mod trusted;
mod wasm_h;
#[cfg(wasmtime_h)]
mod wasmtime;
pub mod word;

pub use ops::{
    EngineOps, FuncOps, GlobalOps, InstanceOps, MemoryOps, ModuleOps, RefOps, SharedMemoryOps, StoreOps, TableOps,
    TagOps,
};
#[cfg(not(wasmtime_h))]
pub use standard::Standard as LinkedBackend;
#[cfg(wasmtime_h)]
pub use wasmtime::Wasmtime as LinkedBackend;

/// The types and constants of a backend. The traits in [`ops`] declare the functions of a backend.
pub trait Backend {
    /// An engine with its configuration. `Drop` frees the engine.
    type Engine: Send + Sync;
    /// A store. [`StoreOps::store_drop`] frees the store.
    type Store: Copy + Send;
    /// A compiled module. `Drop` frees the module.
    type Module: Send + Sync;
    /// An object that a module can import or export. [`InstanceOps::extern_drop`] frees the object.
    type Extern: Copy + Send;
    /// An instance. [`InstanceOps::instance_drop`] frees the instance.
    type Instance: Copy + Send;
    /// A memory that threads share. `Drop` frees the memory.
    type SharedMemory: Send + Sync;

    /// The engine's name, spelled as in the variable `ANYWASM_ENGINE`.
    const NAME: &'static str;
    /// The file name of the C header that the backend uses: `wasm.h` or `wasmtime.h`.
    const KIND: &'static str;
    /// The capabilities of an engine without any options.
    const CAPABILITIES: Capabilities;
    /// Those of the capabilities that the engine has only because of helper modules of the shim.
    const BY_HELPER_MODULES: Capabilities = Capabilities(0);
    /// Maximum number of pages that a memory may declare. The engine aborts the process if a memory declares more
    /// pages.
    const MAX_MEMORY_PAGES: u64 = u64::MAX;
    /// Maximum number of elements that a table may start with. For a larger table, the engine would allocate all of the
    /// machine's memory.
    const MAX_TABLE_ELEMENTS: u64 = u64::MAX;
    /// The counts up to which the engine compiles a module in a bounded time.
    const COMPLEXITY_LIMITS: Limits;

    /// What the engine needs to be rewritten in a module.
    const NEEDS: Needs = Needs::NONE;
    /// Whether [`FuncOps::func_type`] accepts functions of any type.
    const REPORTS_ALL_FUNC_TYPES: bool = false;
    /// Number of memory mappings that each module takes: see [`mappings`].
    const MAPPINGS_PER_MODULE: u64 = 0;
    /// Number of memory mappings that each memory takes: see [`mappings`].
    const MAPPINGS_PER_MEMORY: u64 = 0;
    /// Whether the calls of a thread into different stores may end in any order. If not, the engine keeps the running
    /// calls of a thread in a list.
    const CALLS_INTERLEAVE: bool = false;
    /// Whether the engine starts threads of its own for each compilation, and aborts the process if it cannot.
    const STARTS_THREADS: bool = false;
    /// Whether code that the shim has rewritten counts fuel and looks at its deadline faster than the engine does it.
    const REWRITTEN_METERING_IS_FASTER: bool = true;
    /// Bytes for each element of a table, if the engine ends the process when it cannot allocate a table. 0 if the engine
    /// reports an error.
    const TABLE_ELEMENT_SIZE: usize = 0;
    /// Estimated memory that a compilation needs.
    const COMPILE_MEMORY: CompileMemory;

    /// Always fails, with the error for a missing capability. The default functions of the traits in [`ops`] call this
    /// function. The shim refuses operations without their capability earlier, so the error is only a second check.
    fn missing_capability<T>(capability: Capabilities) -> Result<T> {
        Self::CAPABILITIES.require(capability, Self::NAME, "this")?;
        fail!(Panic, "the backend declares a capability that it does not implement")
    }
}

/// A reference, in the representation that backends exchange with the rest of the shim.
#[derive(Clone, Copy)]
pub enum Ref<E> {
    /// The null reference, of any type.
    Null,
    /// A function, or a reference to a function that the engine cannot convert to a function.
    Func(E),
    /// A host number: the number that the host has assigned to a host object. It is never 0.
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
    /// Creates a host function in the store that `owner` owns. `run` receives the owner and [`FuncType::slot_count`]
    /// slots, each of which holds one WebAssembly value. The slots hold the arguments when `run` starts, and the
    /// results when `run` returns.
    ///
    /// `owner` must be the Rust value that drops the engine's store with [`StoreOps::store_drop`]. The function runs
    /// only in that store, and the store lives until `owner` drops it. So `owner` outlives every call of the function.
    pub fn new<S: 'static>(
        ty: FuncType,
        owner: &Arc<S>,
        run: impl Fn(&S, &mut [Value]) -> Result<()> + 'static,
    ) -> Self {
        // The host function must not own an `Arc` of the owner: the owner owns the host function, so each would keep
        // the other alive for ever.
        let owner = Arc::as_ptr(owner);
        // SAFETY: a backend runs the function only while WebAssembly runs in the store. The owner is alive during that
        // time, because the owner drops the store. An `Arc` does not move its value, so the pointer stays valid.
        Self { ty, run: Box::new(move |values| run(unsafe { &*owner }, values)) }
    }

    /// Runs the function. The backend calls this method on the thread that runs WebAssembly in the function's store.
    ///
    /// # Safety
    /// `values` points to [`FuncType::slot_count`] slots. No other code uses these slots during the call. The first
    /// slots hold arguments of the parameter types in the engine's representation. The function takes ownership of the
    /// references among the arguments.
    #[inline]
    pub unsafe fn call(&self, values: *mut Value) -> Result<()> {
        let slots = match self.ty.slot_count() {
            0 => &mut [],
            // SAFETY: the caller guarantees that `values` points to `count` slots, and that no other code uses the
            // slots during the call.
            count => unsafe { std::slice::from_raw_parts_mut(values, count) },
        };
        (self.run)(slots)
    }
}
