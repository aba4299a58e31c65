//! The backend over `wasmtime.h`, the header of wasmtime's own C API. This backend exists because `wasm.h` cannot
//! express all features of wasmtime, and because calls through `wasmtime.h` are faster.
//!
//! The backend works with the bundled crate and with a system library, because both implement this C header.

#[cfg(feature = "wasmtime")]
mod bundled;
mod config;
mod engine;
mod error;
mod external;
mod func;
mod global;
mod instance;
mod memory;
mod module;
mod reference;
mod store;
#[cfg(feature = "system")]
mod system;
mod table;
mod tag;
mod types;

use crate::backend::Backend;
use crate::backend::compiling::WASMTIME_LIMITS;
use crate::backend::reserve::CompileMemory;
use crate::base::capabilities::{self as cap, Capabilities};
use crate::wasm::complexity::Limits;
use wasm_c_api as c;

/// The backend over `wasmtime.h`.
pub struct Wasmtime;

impl Backend for Wasmtime {
    type Engine = engine::Engine;
    type Store = store::Store;
    type Module = module::Module;
    type Extern = external::Extern;
    type Instance = c::wasmtime_instance_t;
    type SharedMemory = memory::SharedMemory;

    const NAME: &'static str = if cfg!(feature = "system") { "system" } else { "wasmtime" };
    const KIND: &'static str = "wasmtime.h";
    const COMPLEXITY_LIMITS: Limits = WASMTIME_LIMITS;
    const REPORTS_ALL_FUNC_TYPES: bool = true;
    // One for the accessible bytes, one for the others that the memory may grow to.
    const MAPPINGS_PER_MEMORY: u64 = 2;
    // Measured with modules of 20,000 small functions, and of 200 large ones.
    const COMPILE_MEMORY: CompileMemory = CompileMemory { per_function: 5 << 10, per_byte: 14 };
    const CAPABILITIES: Capabilities = cap::SERIALIZE
        .with(cap::EXTERNREF)
        .with(cap::EXTERNREF_RELEASE)
        .with(cap::FUNCREF)
        .with(cap::FUNCREF_CALL)
        .with(cap::V128)
        .with(cap::MEMORY64)
        .with(cap::SHARED_MEMORY)
        .with(cap::TAGS)
        .with(cap::FUEL)
        .with(cap::EPOCH)
        .with(cap::SIGNAL_HANDLERS)
        .with(cap::LIMITS)
        .with(cap::CUSTOM_PAGE_SIZES)
        .with(cap::FRAMES)
        .with(cap::FRAME_OFFSETS)
        .with(cap::STABLE_MEMORY)
        .with(cap::VIEWS);
}
