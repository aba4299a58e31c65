//! The backend over `wasm.h`: only the functions that every engine really implements.
//!
//! Some engine aborts on each of these, so the backend never calls them: type reflection (`wasm_extern_kind`,
//! `wasm_module_exports`, ...), `*_same`, `wasm_trap_copy`, and `*_delete(NULL)`. It calls `wasm_foreign_*` and
//! `*_host_info` only with the capability `externref`, and `wasm_ref_as_func` and `wasm_func_type` only with
//! `funcref_call`.

mod engine;
mod error;
mod func;
mod funcref;
mod global;
mod instance;
mod memory;
mod module;
#[cfg(feature = "wasmi")]
mod pinning;
mod quirks;
mod reference;
mod slots;
mod table;
mod trap;
mod trap_text;
mod types;
mod value;

use crate::backend::{Backend, SharedMemoryOps, TagOps};
use crate::base::capabilities::Capabilities;
use std::ptr;
use wasm_c_api as c;

/// The backend over `wasm.h`.
pub struct Standard;

/// A store. The store record owns the pointer, and frees the store last.
#[derive(Clone, Copy)]
pub struct Store(*mut c::wasm_store_t);

// SAFETY: `wasm.h` ("Runtime Environment") lets a store move between threads, if one thread uses it at a time. The store
// record's lock ensures that.
unsafe impl Send for Store {}

/// An object that can be imported or exported, or a reference.
#[derive(Clone, Copy)]
pub struct Extern {
    /// The object, owned; null for a reference that the engine cannot turn into a function.
    raw: *mut c::wasm_extern_t,
    /// The reference, owned; null for anything else.
    reference: *mut c::wasm_ref_t,
}

// SAFETY: the object belongs to a store, and one thread at a time uses it, under the lock of the store record.
unsafe impl Send for Extern {}

impl Extern {
    /// An extern that owns `raw` and is no reference.
    fn owning(raw: *mut c::wasm_extern_t) -> Self {
        Self { raw, reference: ptr::null_mut() }
    }
}

impl Backend for Standard {
    type Engine = engine::Engine;
    type Store = Store;
    type Module = module::Module;
    type Extern = Extern;
    type Instance = instance::Instance;
    /// `wasm.h` has no functions for shared memories, so no value of this type exists.
    type SharedMemory = std::convert::Infallible;

    const NAME: &'static str = quirks::NAME;
    const KIND: &'static str = "wasm.h";
    const CAPABILITIES: Capabilities = quirks::CAPABILITIES;
    const MAX_MEMORY_PAGES: u64 = quirks::MAX_MEMORY_PAGES;
    const MAX_TABLE_ELEMENTS: u64 = quirks::MAX_TABLE_ELEMENTS;
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

impl TagOps for Standard {}
