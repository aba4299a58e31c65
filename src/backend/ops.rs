//! The functions that the shim needs from an engine, in one trait for each kind of object. A backend usually implements
//! a trait in the file with the same name, such as `TableOps` in table.rs.
//!
//! Every function with a parameter `store` relies on its caller: the caller holds the store's lock, and has checked the
//! types and the required capability (a feature that not all engines have).

use crate::backend::guest_memory::GuestMemory;
use crate::backend::trusted::TrustedBytes;
use crate::backend::{Backend, HostFunc, Ref};
use crate::base::capabilities::{self as cap, Capabilities};
use crate::base::error::Result;
use crate::base::options::Options;
use crate::base::types::{FuncType, GlobalType, MemoryType, TableType, ValType};
use crate::base::value::Value;
use crate::wasm::module_info::ModuleInfo;
use std::sync::Arc;
use wasmparser::WasmFeatures;

/// Functions for engines and their options.
pub trait EngineOps: Backend {
    /// Creates an engine with these options.
    fn engine_new(options: &Options) -> Result<Self::Engine>;

    /// Returns whether the engine honours the option `name`. `name` is never a WebAssembly proposal.
    fn has_option(name: &str) -> bool;

    /// Returns the WebAssembly features that modules may use with these options, before the shim applies the options
    /// that switch single proposals.
    fn features(options: &Options) -> WasmFeatures;

    /// Returns all features that options can switch on.
    fn max_features() -> WasmFeatures {
        Self::features(&Options::default())
    }

    /// Returns the capabilities of an engine with these options.
    fn capabilities(_: &Options) -> Capabilities {
        Self::CAPABILITIES
    }

    /// Returns how many bytes of the caller's stack WebAssembly may use. Returns 0 for an engine that runs WebAssembly
    /// on a separate stack.
    fn guest_stack_size(options: &Options) -> usize;

    /// Returns whether guests of an engine with these options check a deadline.
    fn interruptible(_: &Options) -> bool {
        false
    }

    /// Advances the engine's time by one tick, so that running guests check their deadline. May be called from any
    /// thread.
    fn engine_tick(_: &Self::Engine) {}
}

/// Functions for stores.
pub trait StoreOps: Backend {
    /// Creates a store.
    fn store_new(engine: &Self::Engine) -> Result<Self::Store>;

    /// Frees a store. The caller has already freed all objects of the store.
    fn store_drop(store: Self::Store);

    /// Installs the callback that runs when a guest reaches its deadline. An error from the callback ends the guest.
    /// The shim calls this function only for an interruptible engine.
    fn store_set_deadline_callback(_: Self::Store, _callback: Box<dyn Fn() -> Result<()>>) {}

    /// Sets the deadline of the store's guests, in ticks from now.
    fn store_set_deadline(_: Self::Store, _ticks: u64) {}

    /// Sets the fuel that guests in the store may still consume. Requires the capability `fuel`.
    fn store_set_fuel(_: Self::Store, _fuel: u64) -> Result<()> {
        Self::missing_capability(cap::FUEL)
    }

    /// Returns the fuel that guests in the store may still consume. Requires the capability `fuel`.
    fn store_fuel(_: Self::Store) -> Result<u64> {
        Self::missing_capability(cap::FUEL)
    }

    /// Sets the limits of a store. The array holds, in this order: bytes of each memory, elements of each table, number
    /// of instances, number of tables, number of memories. -1 means no limit. Requires the capability `limits`.
    fn store_set_limits(_: Self::Store, _limits: [i64; 5]) {}

    /// Runs the engine's garbage collector. The collector frees references that guests no longer reach. Does nothing
    /// for an engine without a garbage collector.
    fn store_gc(_: Self::Store) -> Result<()> {
        Ok(())
    }

    /// Records that a host number is released because no guest received the reference with this number. A host number
    /// identifies a host object in an external reference ([`Ref::Host`]). [`StoreOps::take_released_host_numbers`] will
    /// return the number.
    fn release_host_number(_: Self::Store, _number: u64) {}

    /// Returns the host numbers that were released since the previous call of this function.
    fn take_released_host_numbers(_: Self::Store) -> Vec<u64> {
        Vec::new()
    }
}

/// Functions for compiled modules.
pub trait ModuleOps: Backend {
    /// Compiles a module that is valid under the engine's features.
    fn module_new(engine: &Self::Engine, wasm: &Arc<[u8]>) -> Result<Self::Module>;

    /// Returns the compiled code of a module. Requires the capability `serialize`.
    fn module_serialize(module: &Self::Module) -> Result<Vec<u8>>;

    /// Loads compiled code. [`ModuleOps::module_serialize`] of the same engine in the same version returned this code.
    fn module_deserialize(engine: &Self::Engine, code: TrustedBytes<'_>) -> Result<Self::Module>;
}

/// Functions for instances and their exports.
pub trait InstanceOps: Backend {
    /// Instantiates a module. `imports` holds one extern, an object that a module can import, for each import of the
    /// module, in the module's order. The types of the externs match the types of the imports.
    fn instance_new(
        store: Self::Store,
        module: &Self::Module,
        info: &ModuleInfo,
        imports: &[Self::Extern],
    ) -> Result<Self::Instance>;

    /// Returns the export at position `index` of the module's export section.
    fn instance_export(
        store: Self::Store,
        instance: Self::Instance,
        info: &ModuleInfo,
        index: usize,
    ) -> Result<Self::Extern>;

    /// Frees an instance. The instance's exports stay valid.
    fn instance_drop(instance: Self::Instance);

    /// Frees an extern, an object that a module can import or export.
    fn extern_drop(object: Self::Extern);
}

/// Functions for WebAssembly functions and host functions.
pub trait FuncOps: Backend {
    /// Creates a host function.
    fn func_new(store: Self::Store, func: HostFunc) -> Result<Self::Extern>;

    /// Calls a function. The slots at `values` hold the arguments before the call, and the results after the call.
    ///
    /// # Safety
    /// `func` is a function of type `ty` in this store. `values` points to [`FuncType::slot_count`] slots. The first
    /// slots hold arguments of the parameter types. [`RefOps::ref_lower`] returned every reference among the arguments.
    unsafe fn func_call(store: Self::Store, func: &Self::Extern, ty: &FuncType, values: *mut Value) -> Result<()>;

    /// Returns the type of a function that [`RefOps::ref_lift`] returned. Returns `None` if the engine does not report
    /// the type.
    ///
    /// # Safety
    /// The caller guarantees that the function's type has only value types that the host can exchange with this engine.
    /// The engine may abort the process for other value types.
    unsafe fn func_type(store: Self::Store, func: &Self::Extern) -> Option<FuncType>;
}

/// Functions for references in value slots. A value slot holds one argument, result, element or global value.
pub trait RefOps: Backend {
    /// Creates a reference to a function for [`RefOps::ref_lower`]. Returns `None` if `ref_lower` takes the function
    /// itself. `ty` is the type of the function, or `None` if the shim does not know the type. The caller keeps the
    /// reference as long as the store, because an engine may keep every reference as long.
    fn reference_to(_: Self::Store, _func: Self::Extern, _ty: Option<&FuncType>) -> Result<Option<Self::Extern>> {
        Ok(None)
    }

    /// Converts a reference to a slot, the 16 bytes in which [`FuncOps::func_call`] takes an argument.
    fn ref_lower(store: Self::Store, value: Ref<Self::Extern>) -> Result<Value>;

    /// Converts the reference in a slot that the engine filled to the representation of the shim.
    ///
    /// # Safety
    /// The slot holds a reference of type `ty`. The function takes ownership of the reference, so the caller does not
    /// use the slot again.
    unsafe fn ref_lift(store: Self::Store, ty: ValType, value: Value) -> Ref<Self::Extern>;
}

/// Functions for memories that belong to a store.
pub trait MemoryOps: Backend {
    /// Creates a memory.
    fn memory_new(store: Self::Store, ty: &MemoryType) -> Result<Self::Extern>;

    /// Returns the address and the number of a memory's bytes.
    fn memory_data(store: Self::Store, memory: &Self::Extern) -> (*mut u8, usize);

    /// Returns a [`GuestMemory`] for one access to a memory. `shared` is true for a shared memory.
    ///
    /// The caller has entered the store. The caller drops the returned value before guest code runs in the store, and
    /// before the memory grows.
    fn guest_memory(store: Self::Store, memory: &Self::Extern, shared: bool) -> GuestMemory {
        let (data, len) = Self::memory_data(store, memory);
        // SAFETY: the engine guarantees that `data` is valid for `len` bytes until guest code runs in the store or the
        // memory grows. The caller guarantees to drop the value before this thread runs guest code or grows the memory
        // (see the comment on this function). This thread has entered the store, so no other thread can run guest code
        // in the store or grow the memory. Threads outside the store can access shared memories only.
        unsafe { GuestMemory::new(data, len, shared) }
    }

    /// Grows a memory by `delta` pages. Returns `false` if the engine refuses.
    fn memory_grow(store: Self::Store, memory: &Self::Extern, delta: u64) -> bool;

    /// Keeps the memory block at this address readable, even after the memory moves to another block. Requires the
    /// capability `views`.
    fn memory_pin(_block: *mut u8) {}

    /// Reverts one call of [`MemoryOps::memory_pin`].
    fn memory_unpin(_block: *mut u8) {}
}

/// Functions for memories that threads share. A shared memory belongs to no store.
pub trait SharedMemoryOps: Backend {
    /// Creates a shared memory. Requires the capability `shared_memory`.
    fn shared_memory_new(_: &Self::Engine, _: &MemoryType) -> Result<Self::SharedMemory> {
        Self::missing_capability(cap::SHARED_MEMORY)
    }

    /// Returns the shared memory that an extern refers to. Returns `None` if the extern is not a shared memory.
    fn shared_memory_of(_: &Self::Extern) -> Option<Self::SharedMemory> {
        None
    }

    /// Returns an extern that refers to a shared memory, so that an instance in a store can import the memory.
    /// [`InstanceOps::extern_drop`] frees the extern.
    fn shared_memory_extern(memory: &Self::SharedMemory) -> Self::Extern;

    /// Returns the address and the current number of a shared memory's bytes. The address never changes.
    fn shared_memory_data(memory: &Self::SharedMemory) -> (*mut u8, usize);

    /// Grows a shared memory by `delta` pages. Returns the number of pages before the growth, or `None` if the engine
    /// refuses.
    fn shared_memory_grow(memory: &Self::SharedMemory, delta: u64) -> Option<u64>;
}

/// Functions for tables.
pub trait TableOps: Backend {
    /// Creates a table whose elements are all `init`. [`RefOps::ref_lower`] returned `init`, and this function consumes
    /// `init`.
    fn table_new(store: Self::Store, ty: &TableType, init: Value) -> Result<Self::Extern>;

    /// Returns the number of elements of a table.
    fn table_size(store: Self::Store, table: &Self::Extern) -> u64;

    /// Returns the element at `index`, in a slot for [`RefOps::ref_lift`]. The caller has checked that the table has
    /// this element.
    fn table_get(store: Self::Store, table: &Self::Extern, ty: &TableType, index: u64) -> Result<Value>;

    /// Sets the element at `index` to `value`, and consumes `value`. The caller has checked that the table has this
    /// element.
    fn table_set(store: Self::Store, table: &Self::Extern, ty: &TableType, index: u64, value: Value) -> Result<()>;

    /// Grows a table by `delta` elements that are all `init`, and consumes `init`. Returns `false` if the engine
    /// refuses.
    fn table_grow(store: Self::Store, table: &Self::Extern, ty: &TableType, delta: u64, init: Value) -> Result<bool>;
}

/// Functions for globals.
pub trait GlobalOps: Backend {
    /// Creates a global with this value. The function consumes a reference in `value`.
    fn global_new(store: Self::Store, ty: &GlobalType, value: Value) -> Result<Self::Extern>;

    /// Returns the value of a global.
    fn global_get(store: Self::Store, global: &Self::Extern, ty: &GlobalType) -> Result<Value>;

    /// Sets the value of a mutable global. The function consumes a reference in `value`.
    fn global_set(store: Self::Store, global: &Self::Extern, ty: &GlobalType, value: Value) -> Result<()>;
}

/// Functions for exception tags.
pub trait TagOps: Backend {
    /// Creates an exception tag. Requires the capability `tags`.
    fn tag_new(_: Self::Store, _: &FuncType) -> Result<Self::Extern> {
        Self::missing_capability(cap::TAGS)
    }

    /// Returns whether both externs are the same tag. Both have this type.
    fn tag_same(_: Self::Store, _: &FuncType, _one: &Self::Extern, _other: &Self::Extern) -> Result<bool> {
        Self::missing_capability(cap::TAGS)
    }
}
