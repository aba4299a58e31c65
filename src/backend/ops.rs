//! What the shim asks of an engine, one trait a noun. A backend implements each trait in the file of that noun.
//!
//! The caller of a function that takes a store holds the lock of that store, and has checked types and capabilities.

use crate::backend::guest_memory::GuestMemory;
use crate::backend::trusted::TrustedBytes;
use crate::backend::{Backend, HostFunc, Ref};
use crate::base::capabilities::{self as cap, Capabilities};
use crate::base::error::Result;
use crate::base::options::Options;
use crate::base::types::{FuncType, GlobalType, MemoryType, TableType, ValType};
use crate::base::value::Value;
use crate::wasm::module_info::ModuleInfo;
use wasmparser::WasmFeatures;

/// Engines and their options.
pub trait EngineOps: Backend {
    /// Creates an engine.
    fn engine_new(options: &Options) -> Result<Self::Engine>;

    /// Returns whether the engine honours the option of this name, which is not a proposal.
    fn has_option(name: &str) -> bool;

    /// Returns the WebAssembly features that modules may use with these options, before proposals are switched.
    fn features(options: &Options) -> WasmFeatures;

    /// Returns the features that can be switched on.
    fn max_features() -> WasmFeatures {
        Self::features(&Options::default())
    }

    /// Returns the capabilities of an engine with these options.
    fn capabilities(_: &Options) -> Capabilities {
        Self::CAPABILITIES
    }

    /// Returns how many bytes of the caller's stack WebAssembly may use; 0 for an engine with a stack of its own.
    fn stack(options: &Options) -> usize;

    /// Returns whether guests of an engine with these options check a deadline.
    fn interruptible(_: &Options) -> bool {
        false
    }

    /// Advances the engine's time by one tick, so that guests check their deadline. Callable from any thread.
    fn engine_tick(_: &Self::Engine) {}

    /// Returns how many modules the living engines of a process may have compiled; the engine aborts beyond that.
    fn max_modules() -> u64 {
        u64::MAX
    }
}

/// Stores.
pub trait StoreOps: Backend {
    /// Creates a store.
    fn store_new(engine: &Self::Engine) -> Result<Self::Store>;

    /// Frees a store, after everything that lives in it.
    fn store_drop(store: Self::Store);

    /// Installs the callback that runs when a guest reaches its deadline. An error from the callback ends the guest.
    /// Only called for an interruptible engine.
    fn store_watch(_: Self::Store, _callback: Box<dyn Fn() -> Result<()>>) {}

    /// Sets the deadline of the guests, in ticks from now.
    fn store_deadline(_: Self::Store, _ticks: u64) {}

    /// Sets the remaining fuel. Requires the capability `fuel`.
    fn store_set_fuel(_: Self::Store, _fuel: u64) -> Result<()> {
        Self::lacks(cap::FUEL)
    }

    /// Returns the remaining fuel. Requires the capability `fuel`.
    fn store_fuel(_: Self::Store) -> Result<u64> {
        Self::lacks(cap::FUEL)
    }

    /// Limits the bytes of a memory, the elements of a table, and the number of instances, tables and memories; -1
    /// means no limit. Requires the capability `limits`.
    fn store_set_limits(_: Self::Store, _limits: [i64; 5]) {}

    /// Collects the references that guests no longer reach, on an engine with a garbage collector.
    fn store_gc(_: Self::Store) -> Result<()> {
        Ok(())
    }

    /// Reports a host number ([`Ref::Host`]) as released, because no guest received it.
    fn release(_: Self::Store, _number: u64) {}

    /// Returns the host numbers that guests have released since the last call.
    fn take_released(_: Self::Store) -> Vec<u64> {
        Vec::new()
    }
}

/// Modules.
pub trait ModuleOps: Backend {
    /// Compiles a module that is valid under the engine's features.
    fn module_new(engine: &Self::Engine, wasm: &[u8]) -> Result<Self::Module>;

    /// Returns the compiled code. Requires the capability `serialize`.
    fn module_serialize(module: &Self::Module) -> Result<Vec<u8>>;

    /// Loads compiled code, which [`ModuleOps::module_serialize`] of the same engine in the same version returned.
    fn module_deserialize(engine: &Self::Engine, code: TrustedBytes<'_>) -> Result<Self::Module>;
}

/// Instances, and what they export.
pub trait InstanceOps: Backend {
    /// Instantiates a module. The imports match the module's, in its order.
    fn instance_new(
        store: Self::Store,
        module: &Self::Module,
        info: &ModuleInfo,
        imports: &[Self::Extern],
    ) -> Result<Self::Instance>;

    /// Returns the export at this position of the module's export section.
    fn instance_export(
        store: Self::Store,
        instance: Self::Instance,
        info: &ModuleInfo,
        index: usize,
    ) -> Result<Self::Extern>;

    /// Frees an instance. Its exports stay valid.
    fn instance_drop(instance: Self::Instance);

    /// Frees an extern.
    fn extern_drop(object: Self::Extern);
}

/// Functions.
pub trait FuncOps: Backend {
    /// Creates a host function.
    fn func_new(store: Self::Store, func: HostFunc) -> Result<Self::Extern>;

    /// Calls a function. The slots hold the arguments before the call, and the results after it.
    ///
    /// # Safety
    /// `func` is a function of type `ty` in this store. `values` points to [`FuncType::slot_count`] slots, which hold
    /// arguments of the parameter types, references as [`RefOps::ref_lower`] returned them.
    unsafe fn func_call(store: Self::Store, func: Self::Extern, ty: &FuncType, values: *mut Value) -> Result<()>;

    /// Returns the type of a function that [`RefOps::ref_lift`] returned; `None` if the engine does not report types.
    ///
    /// # Safety
    /// The host can exchange all value types of the function with this engine: an engine may abort on others.
    unsafe fn func_type(store: Self::Store, func: Self::Extern) -> Option<FuncType>;
}

/// References in value slots.
pub trait RefOps: Backend {
    /// Lowers a reference into a slot that [`FuncOps::func_call`] accepts. `ty` is the function's type, if known.
    fn ref_lower(store: Self::Store, value: Ref<Self::Extern>, ty: Option<&FuncType>) -> Result<Value>;

    /// Lifts a reference out of a slot that the engine filled.
    ///
    /// # Safety
    /// The slot holds a reference of type `ty`. The function consumes the reference: the slot is not used again.
    unsafe fn ref_lift(store: Self::Store, ty: ValType, value: Value) -> Ref<Self::Extern>;
}

/// Memories that live in a store.
pub trait MemoryOps: Backend {
    /// Creates a memory.
    fn memory_new(store: Self::Store, ty: &MemoryType) -> Result<Self::Extern>;

    /// Returns the address of a memory's bytes, and their number.
    fn memory_data(store: Self::Store, memory: Self::Extern) -> (*mut u8, usize);

    /// Returns a memory's bytes for one access. `shared` is true for a shared memory. The caller has entered the store,
    /// and drops the value before guest code runs in the store or the memory grows.
    fn guest_memory(store: Self::Store, memory: Self::Extern, shared: bool) -> GuestMemory {
        let (data, len) = Self::memory_data(store, memory);
        // SAFETY: the engine guarantees that `data` is valid for `len` bytes until guest code runs in the store or the
        // memory grows. This thread has entered the store, so no other thread does either, and the caller drops the
        // value before this thread does (see above). Threads outside the store can access shared memories only.
        unsafe { GuestMemory::new(data, len, shared) }
    }

    /// Grows a memory by `delta` pages; `false` if the engine refuses.
    fn memory_grow(store: Self::Store, memory: Self::Extern, delta: u64) -> bool;

    /// Keeps the bytes at this address readable even after the memory moves. Requires the capability `views`.
    fn memory_pin(_block: *mut u8) {}

    /// Ends a [`MemoryOps::memory_pin`].
    fn memory_unpin(_block: *mut u8) {}
}

/// Memories that threads share, which live in no store.
pub trait SharedMemoryOps: Backend {
    /// Creates a shared memory. Requires the capability `shared_memory`.
    fn shared_memory_new(_: &Self::Engine, _: &MemoryType) -> Result<Self::SharedMemory> {
        Self::lacks(cap::SHARED_MEMORY)
    }

    /// Returns the shared memory behind an extern; `None` for any other extern.
    fn shared_memory_of(_: &Self::Extern) -> Option<Self::SharedMemory> {
        None
    }

    /// Returns the extern by which a store imports a shared memory. [`InstanceOps::extern_drop`] frees the extern.
    fn shared_memory_extern(memory: &Self::SharedMemory) -> Self::Extern;

    /// Returns the address of the bytes, which never changes, and their current number.
    fn shared_memory_data(memory: &Self::SharedMemory) -> (*mut u8, usize);

    /// Grows a shared memory by `delta` pages, and returns the former number; `None` if the engine refuses.
    fn shared_memory_grow(memory: &Self::SharedMemory, delta: u64) -> Option<u64>;
}

/// Tables.
pub trait TableOps: Backend {
    /// Creates a table filled with `init`, a slot from [`RefOps::ref_lower`], which the function consumes.
    fn table_new(store: Self::Store, ty: &TableType, init: Value) -> Result<Self::Extern>;

    /// Returns the number of elements.
    fn table_size(store: Self::Store, table: Self::Extern) -> u64;

    /// Returns the element at an index within the table, for [`RefOps::ref_lift`].
    fn table_get(store: Self::Store, table: Self::Extern, index: u64) -> Result<Value>;

    /// Sets the element at an index within the table, and consumes the slot.
    fn table_set(store: Self::Store, table: Self::Extern, ty: &TableType, index: u64, value: Value) -> Result<()>;

    /// Grows a table by `delta` elements, and consumes the slot; `false` if the engine refuses.
    fn table_grow(store: Self::Store, table: Self::Extern, ty: &TableType, delta: u64, init: Value) -> Result<bool>;
}

/// Globals.
pub trait GlobalOps: Backend {
    /// Creates a global. The function consumes a reference in the slot.
    fn global_new(store: Self::Store, ty: &GlobalType, value: Value) -> Result<Self::Extern>;

    /// Returns the value of a global.
    fn global_get(store: Self::Store, global: Self::Extern, ty: &GlobalType) -> Result<Value>;

    /// Sets the value of a mutable global. The function consumes a reference in the slot.
    fn global_set(store: Self::Store, global: Self::Extern, ty: &GlobalType, value: Value) -> Result<()>;
}

/// Exception tags.
pub trait TagOps: Backend {
    /// Creates an exception tag. Requires the capability `tags`.
    fn tag_new(_: Self::Store, _: &FuncType) -> Result<Self::Extern> {
        Self::lacks(cap::TAGS)
    }

    /// Returns whether both externs are the same tag.
    fn tag_same(_: Self::Store, _one: Self::Extern, _other: Self::Extern) -> bool {
        false
    }
}
