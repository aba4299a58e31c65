//! Functions for engines and their options.

use crate::backend::Backend;
use crate::backend::EngineOps;
#[cfg(feature = "wasmtime")]
use crate::backend::wasmtime::bundled as constructor;
#[cfg(feature = "system")]
use crate::backend::wasmtime::system as constructor;
use crate::backend::wasmtime::{Wasmtime, config};
use crate::base::capabilities::Capabilities;
use crate::base::error::Result;
use crate::base::options::Options;
use wasm_c_api as c;
use wasmparser::WasmFeatures;

/// wasmtime's default for `max_wasm_stack`, in bytes.
const DEFAULT_STACK_SIZE: usize = 512 << 10;

/// An engine of wasmtime.
pub struct Engine(pub *mut c::wasm_engine_t);

// SAFETY: an engine is a shared handle that may be used from any thread (wasmtime.h, "Thread Safety").
unsafe impl Send for Engine {}
// SAFETY: an engine synchronizes its own state (wasmtime.h, "Thread Safety"), so several threads may use it at once.
unsafe impl Sync for Engine {}

impl Drop for Engine {
    fn drop(&mut self) {
        // SAFETY: `self` owns this handle. Stores and modules own reference counts of the engine, so the engine
        // outlives them.
        unsafe { c::wasm_engine_delete(self.0) }
    }
}

impl EngineOps for Wasmtime {
    fn engine_new(options: &Options) -> Result<Engine> {
        constructor::engine(options, Self::guest_stack_size(options)).map(Engine)
    }

    fn has_option(name: &str) -> bool {
        config::has_option(name)
    }

    fn features(_: &Options) -> WasmFeatures {
        config::DEFAULT_FEATURES
    }

    fn max_features() -> WasmFeatures {
        config::max_features()
    }

    fn capabilities(options: &Options) -> Capabilities {
        config::capabilities(Self::CAPABILITIES, options)
    }

    fn guest_stack_size(options: &Options) -> usize {
        options.size("max_wasm_stack").map_or(DEFAULT_STACK_SIZE, |size| size as usize)
    }

    fn interruptible(options: &Options) -> bool {
        config::interruptible(options)
    }

    fn engine_tick(engine: &Engine) {
        // SAFETY: the engine lives. The function only increments an atomic number. Any thread may call the function
        // (wasmtime.h, `wasmtime_engine_increment_epoch`).
        unsafe { c::wasmtime_engine_increment_epoch(engine.0) }
    }
}
