//! The backend over `wasm.h`. This backend calls only functions that every engine really implements.
//!
//! The backend never calls the following functions, because some engine aborts on each of them: type reflection
//! (`wasm_extern_kind`, `wasm_module_exports`, ...), `*_same`, `wasm_trap_copy`, and `*_delete(NULL)`. The backend
//! calls `wasm_foreign_*` and `*_host_info` only if the engine has the capability `externref`. The backend calls
//! `wasm_ref_as_func` and `wasm_func_type` only if the engine has the capability `funcref_call`.

mod border;
mod compiled;
mod engine;
mod engine_object;
mod error;
mod func;
mod funcref;
mod global;
mod helper;
mod instance;
mod memory;
mod module;
#[cfg(feature = "wasmi")]
mod pinning;
mod quirks;
mod reference;
mod slices;
mod slots;
mod store;
mod table;
mod trap;
mod trap_text;
mod types;
mod value;

use crate::backend::reserve::CompileMemory;
use crate::backend::standard::quirks::QUIRKS;
use crate::backend::{Backend, SharedMemoryOps, TagOps};
use crate::base::capabilities::Capabilities;
use crate::base::error::Result;
use crate::base::types::{ExternType, FuncType};
use crate::lower::Needs;
use crate::wasm::complexity::Limits;
use std::ptr;
use wasm_c_api as c;

/// The backend over `wasm.h`.
pub struct Standard;

/// An object that a module can import or export, or a reference to a function.
#[derive(Clone, Copy)]
pub struct Extern {
    /// The object. This extern owns the object. Null for a reference that the engine cannot convert to a function.
    raw: *mut c::wasm_extern_t,
    /// The reference. This extern owns the reference. Null if this extern is not a reference.
    reference: *mut c::wasm_ref_t,
    /// What the host needs to exchange values with the object as numbers. This extern owns the adapter. Null if it
    /// exchanges no such values.
    adapter: *mut Adapter,
}

/// What the host needs to exchange values with an object as numbers: see [`border`].
enum Adapter {
    Func(border::func::Adapter),
    Global(border::global::Adapter),
    Table(border::table::Adapter),
}

// SAFETY: the object belongs to a store. A thread uses the object only while the thread holds the lock of the store
// record.
unsafe impl Send for Extern {}

impl Extern {
    /// Creates an extern that owns `raw`, that is not a reference, and whose values need no conversion.
    fn owning(raw: *mut c::wasm_extern_t) -> Self {
        Self { raw, reference: ptr::null_mut(), adapter: ptr::null_mut() }
    }

    /// Creates an extern of this type that owns `raw` and that is not a reference.
    fn typed(raw: *mut c::wasm_extern_t, ty: &ExternType) -> Self {
        let adapter = match ty {
            ExternType::Func(ty) if border::func::is_converted(ty) => Adapter::Func(Default::default()),
            ExternType::Global(ty) if border::converts(ty.content) => Adapter::Global(Default::default()),
            ExternType::Table(ty) if border::converts(ty.element) => Adapter::Table(Default::default()),
            _ => return Self::owning(raw),
        };
        Self { adapter: Box::into_raw(Box::new(adapter)), ..Self::owning(raw) }
    }

    /// Returns the adapter of an object whose values need conversion.
    fn adapter(&self) -> Option<&Adapter> {
        // SAFETY: the pointer is null, or came from `Box::into_raw`. `extern_drop` frees the box, and no code uses the
        // extern after `extern_drop`.
        unsafe { self.adapter.as_ref() }
    }
}

impl Backend for Standard {
    type Engine = engine::Engine;
    type Store = store::Store;
    type Module = module::Module;
    type Extern = Extern;
    type Instance = instance::Instance;
    /// `wasm.h` has no functions for shared memories, so no value of this type exists.
    type SharedMemory = std::convert::Infallible;

    const NAME: &'static str = quirks::NAME;
    const KIND: &'static str = "wasm.h";
    const CAPABILITIES: Capabilities = quirks::CAPABILITIES;
    const BY_HELPER_MODULES: Capabilities = QUIRKS.by_helper_modules;
    const MAX_MEMORY_PAGES: u64 = QUIRKS.max_memory_pages;
    const MAX_TABLE_ELEMENTS: u64 = QUIRKS.max_table_elements;
    const NEEDS: Needs = QUIRKS.needs;
    const MAPPINGS_PER_MODULE: u64 = QUIRKS.mappings_per_module;
    const MAPPINGS_PER_MEMORY: u64 = QUIRKS.mappings_per_memory;
    const COMPLEXITY_LIMITS: Limits = QUIRKS.complexity_limits;
    const CALLS_INTERLEAVE: bool = QUIRKS.calls_interleave;
    const STARTS_THREADS: bool = QUIRKS.starts_threads;
    // An engine whose calls can be resumed is an interpreter, which pays for each instruction of rewritten code.
    const REWRITTEN_METERING_IS_FASTER: bool = QUIRKS.resumable.is_none();
    const TABLE_ELEMENT_SIZE: usize = QUIRKS.table_element_size;
    const COMPILE_MEMORY: CompileMemory = QUIRKS.compile_memory;
}

impl SharedMemoryOps for Standard {
    fn shared_memory_extern(memory: &Self::SharedMemory) -> Extern {
        match *memory {}
    }

    fn shared_memory_data(memory: &Self::SharedMemory) -> (*mut u8, usize) {
        match *memory {}
    }

    fn shared_memory_grow(memory: &Self::SharedMemory, _: u64) -> Option<u64> {
        match *memory {}
    }
}

impl TagOps for Standard {
    fn tag_new(store: Self::Store, ty: &FuncType) -> Result<Extern> {
        Ok(Extern::owning(border::tag::new(store, ty)?))
    }

    fn tag_same(store: Self::Store, ty: &FuncType, one: &Extern, other: &Extern) -> Result<bool> {
        border::tag::is_same(store, ty, one, other)
    }
}
