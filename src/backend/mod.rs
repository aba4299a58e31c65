//! What the shim asks of an engine: one trait, two implementations, exactly one of them compiled in.
//!
//! * `standard` speaks only the functions of `wasm.h` that every engine really implements.
//! * `wasmtime` speaks `wasmtime.h`, for what `wasm.h` cannot say, and for speed. Build scripts set `wasmtime_h` where the
//!   engine, bundled or of the system, comes with that header.
//!
//! Callers hold the store's lock wherever a `Store` is passed, and have checked types and capabilities: a backend
//! hands an engine nothing that was not checked before.

use crate::base::capabilities::{self as cap, Capabilities};
use crate::base::error::{Result, fail};
use crate::base::options::Options;
use crate::base::types::{FuncType, GlobalType, MemoryType, TableType, ValType};
use crate::base::value::Value;
use crate::wasm::module_info::ModuleInfo;
use wasmparser::WasmFeatures;

#[cfg(not(wasmtime_h))]
mod standard;
mod wasm_h;
#[cfg(wasmtime_h)]
mod wasmtime;

#[cfg(not(wasmtime_h))]
pub use standard::Standard as Active;
#[cfg(wasmtime_h)]
pub use wasmtime::Wasmtime as Active;

/// A reference as the backend sees it.
#[derive(Clone, Copy)]
pub enum Ref<E> {
    /// Null, of whatever type is meant.
    Null,
    /// A function, or an opaque reference to one.
    Func(E),
    /// The host's own number for an object, never 0.
    Host(u64),
}

/// What a host function does.
pub trait HostCall {
    /// Does it: the slots hold the arguments and take the results. This thread runs WebAssembly in the store.
    fn call(&self, store: &crate::store::Store, values: &mut [Value]) -> Result<()>;
}

/// A host function with all that belongs to it.
pub struct HostFunc {
    /// What it does.
    pub call: Box<dyn HostCall>,
    /// Its type.
    pub ty: FuncType,
    /// The record of the store it lives in, which outlives it: it owns the engine's store.
    pub store: *const crate::store::Store,
}

/// An engine behind the shim.
pub trait Backend {
    /// An engine with its configuration; freed by `Drop`.
    type Engine: Send + Sync;
    /// A store; freed by [`Backend::store_drop`], last.
    type Store: Copy;
    /// A compiled module; freed by `Drop`.
    type Module: Send + Sync;
    /// Anything that can be imported or exported; freed by [`Backend::extern_drop`].
    type Extern: Copy;
    /// An instance; freed by [`Backend::instance_drop`].
    type Instance: Copy;
    /// A memory that threads share and that belongs to no store; freed by `Drop`.
    type SharedMemory: Send + Sync;

    /// The engine's name, as `ANYWASM_ENGINE` has it.
    const NAME: &'static str;
    /// Which implementation of this trait it is.
    const KIND: &'static str;
    /// What it can do.
    const CAPABILITIES: Capabilities;

    /// More pages than this a memory cannot be declared to have: the engine would abort.
    const MAX_MEMORY_PAGES: u64 = u64::MAX;
    /// More elements than this a table cannot start with: the engine would take all the machine's memory.
    const MAX_TABLE_ELEMENTS: u64 = u64::MAX;

    /// More modules than this the engines of a process cannot have had: one that keeps their code would abort.
    fn max_modules() -> u64 {
        u64::MAX
    }

    /// Returns whether the engine honours the option of this name, which is not a proposal.
    fn has_option(name: &str) -> bool;
    /// The WebAssembly features that modules may use under these options, before proposals are switched.
    fn features(options: &Options) -> WasmFeatures;
    /// The features that can be switched on.
    fn max_features() -> WasmFeatures {
        Self::features(&Options::default())
    }
    /// What it can do under these options.
    fn capabilities(_: &Options) -> Capabilities {
        Self::CAPABILITIES
    }
    /// Whether the guests of an engine with these options look at their deadline.
    fn interruptible(_: &Options) -> bool {
        false
    }

    /// How much of the caller's stack WebAssembly may use; 0 where the engine brings its own.
    fn stack(options: &Options) -> usize;

    /// A new engine.
    fn engine_new(options: &Options) -> Result<Self::Engine>;

    /// Makes the guests of an interruptible engine look at their deadline. From any thread.
    fn engine_tick(_: &Self::Engine) {}

    /// A new store.
    fn store_new(engine: &Self::Engine) -> Result<Self::Store>;
    /// Frees a store.
    fn store_drop(store: Self::Store);
    /// Has the record say, whenever a guest's deadline is reached, whether it goes on; only of an interruptible engine.
    fn store_watch(_: Self::Store, _record: *const crate::store::Store) {}
    /// Sets a guest's deadline, in ticks from now.
    fn store_deadline(_: Self::Store, _ticks: u64) {}
    /// Sets what is left to be used; only where the capability `fuel` is, like the next.
    fn store_set_fuel(_: Self::Store, _fuel: u64) -> Result<()> {
        Self::lacks(cap::FUEL)
    }
    /// What is left to be used.
    fn store_fuel(_: Self::Store) -> Result<u64> {
        Self::lacks(cap::FUEL)
    }
    /// Limits bytes of a memory, elements of a table, instances, tables, memories; -1 is no limit. Only where `limits` is.
    fn store_set_limits(_: Self::Store, _limits: [i64; 5]) {}
    /// Collects the references that guests no longer reach, where the engine collects at all.
    fn store_gc(_: Self::Store) -> Result<()> {
        Ok(())
    }
    /// Has a number that was not passed in after all released.
    fn release(_: Self::Store, _number: u64) {}
    /// The host's numbers ([`Ref::Host`]) that guests have let go since the last time.
    fn take_released(_: Self::Store) -> Vec<u64> {
        Vec::new()
    }

    /// Compiles a module that is valid under the engine's features.
    fn module_new(engine: &Self::Engine, wasm: &[u8]) -> Result<Self::Module>;
    /// The compiled code; only where the capability `serialize` is.
    fn module_serialize(module: &Self::Module) -> Result<Vec<u8>>;
    /// The reverse.
    ///
    /// # Safety
    /// The bytes come from [`Backend::module_serialize`] of the same engine in the same version.
    unsafe fn module_deserialize(engine: &Self::Engine, bytes: &[u8]) -> Result<Self::Module>;

    /// Instantiates; the imports have been matched.
    fn instance_new(
        store: Self::Store,
        module: &Self::Module,
        info: &ModuleInfo,
        imports: &[Self::Extern],
    ) -> Result<Self::Instance>;
    /// The export at this place in the module's order.
    fn instance_export(
        store: Self::Store,
        instance: Self::Instance,
        info: &ModuleInfo,
        index: usize,
    ) -> Result<Self::Extern>;
    /// Frees an instance; what it exported lives on.
    fn instance_drop(instance: Self::Instance);
    /// Frees an extern.
    fn extern_drop(object: Self::Extern);

    /// A host function.
    fn func_new(store: Self::Store, func: HostFunc) -> Result<Self::Extern>;
    /// Calls a function. The slots hold the arguments, then the results.
    ///
    /// # Safety
    /// `func` is of this type, and `values` has [`FuncType::slots`] slots whose arguments are of its types.
    unsafe fn func_call(store: Self::Store, func: Self::Extern, ty: &FuncType, values: *mut Value) -> Result<()>;

    /// Puts a reference into a slot as [`Backend::func_call`] wants it; `ty` is the function's where there is one.
    fn ref_lower(store: Self::Store, value: Ref<Self::Extern>, ty: Option<&FuncType>) -> Result<Value>;
    /// Takes a reference out of a slot that [`Backend::func_call`] filled, or a callback was given.
    ///
    /// # Safety
    /// The slot holds a reference of type `ty`, and is not used again: what it owns is taken.
    unsafe fn ref_lift(store: Self::Store, ty: ValType, value: Value) -> Ref<Self::Extern>;
    /// The type of a function that came out of [`Backend::ref_lift`]; none where the engine cannot tell.
    ///
    /// # Safety
    /// The type has nothing in it that the host cannot exchange with this engine.
    unsafe fn func_type(store: Self::Store, func: Self::Extern) -> Option<FuncType>;

    /// A memory.
    fn memory_new(store: Self::Store, ty: &MemoryType) -> Result<Self::Extern>;
    /// Where a memory's bytes are, and how many.
    fn memory_data(store: Self::Store, memory: Self::Extern) -> (*mut u8, usize);
    /// Grows by `delta` pages; false where the engine refuses.
    fn memory_grow(store: Self::Store, memory: Self::Extern, delta: u64) -> bool;

    /// A shared memory; only where `shared_memory` is, like the next.
    fn shared_memory_new(_: &Self::Engine, _: &MemoryType) -> Result<Self::SharedMemory> {
        Self::lacks(cap::SHARED_MEMORY)
    }
    /// The shared memory that an extern stands for.
    fn shared_memory_of(_: &Self::Extern) -> Option<Self::SharedMemory> {
        None
    }
    /// The extern that stands for a shared memory in a store; freed by [`Backend::extern_drop`].
    fn shared_memory_extern(memory: &Self::SharedMemory) -> Self::Extern;
    /// Where a shared memory's bytes are, for good, and how many.
    fn shared_memory_data(memory: &Self::SharedMemory) -> (*mut u8, usize);
    /// Grows by `delta` pages, and gives the former number; none where the engine refuses.
    fn shared_memory_grow(memory: &Self::SharedMemory, delta: u64) -> Option<u64>;

    /// An exception tag; only where `tags` is.
    fn tag_new(_: Self::Store, _: &FuncType) -> Result<Self::Extern> {
        Self::lacks(cap::TAGS)
    }
    /// Whether both externs are the same tag.
    fn tag_same(_: Self::Store, _one: Self::Extern, _other: Self::Extern) -> bool {
        false
    }

    /// Keeps a memory's bytes readable at this address even when the memory moves; only where `views` is.
    fn memory_pin(block: *mut u8);
    /// Ends a [`Backend::memory_pin`].
    fn memory_unpin(block: *mut u8);

    /// A table full of `init`, a slot from [`Backend::ref_lower`] that is used up.
    fn table_new(store: Self::Store, ty: &TableType, init: Value) -> Result<Self::Extern>;
    /// How many elements there are.
    fn table_size(store: Self::Store, table: Self::Extern) -> u64;
    /// The element at an index that is in range, for [`Backend::ref_lift`].
    fn table_get(store: Self::Store, table: Self::Extern, index: u64) -> Result<Value>;
    /// Sets the element at an index that is in range; the slot is used up.
    fn table_set(store: Self::Store, table: Self::Extern, ty: &TableType, index: u64, value: Value) -> Result<()>;
    /// Grows by `delta` elements; false where the engine refuses. The slot is used up.
    fn table_grow(store: Self::Store, table: Self::Extern, ty: &TableType, delta: u64, init: Value) -> Result<bool>;

    /// Of what the engine does not have; whoever calls has refused it before.
    fn lacks<T>(capability: Capabilities) -> Result<T> {
        Self::CAPABILITIES.require(capability, Self::NAME, "this")?;
        fail!(Panic, "the backend declares a capability that it does not implement")
    }

    /// A global. A reference in the slot is used up.
    fn global_new(store: Self::Store, ty: &GlobalType, value: Value) -> Result<Self::Extern>;
    /// Its value.
    fn global_get(store: Self::Store, global: Self::Extern, ty: &GlobalType) -> Result<Value>;
    /// Sets its value; it is mutable. A reference in the slot is used up.
    fn global_set(store: Self::Store, global: Self::Extern, ty: &GlobalType, value: Value) -> Result<()>;
}
