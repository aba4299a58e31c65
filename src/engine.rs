//! An engine with its configuration, shared by the stores and modules made with it.

use crate::backend::{Active, Backend};
use crate::capabilities::Capabilities;
use crate::error::Result;
use crate::options::Options;
use wasmparser::WasmFeatures;

/// An engine.
pub struct Engine {
    /// The engine itself.
    pub raw: <Active as Backend>::Engine,
    /// The WebAssembly features that modules may use.
    pub features: WasmFeatures,
    /// What it can do.
    pub capabilities: Capabilities,
    /// How much of the caller's stack WebAssembly may use; 0 where the engine brings its own.
    pub stack: usize,
    /// The options it was made with.
    pub options: Options,
}

impl Engine {
    /// An engine with these options.
    pub fn new(options: Options) -> Result<Self> {
        let raw = Active::engine_new(&options)?;
        let (features, stack) = (Active::features(&options), Active::stack(&options));
        Ok(Self { raw, features, capabilities: Active::CAPABILITIES, stack, options })
    }
}
