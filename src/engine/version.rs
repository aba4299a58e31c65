//! Versions of the shim and the engine, and the stamp of a serialized module.

use crate::backend::{Backend, LinkedBackend};
use crate::engine::Engine;

/// The version of this crate. The Python package must have the same version.
pub const SHIM: &str = env!("CARGO_PKG_VERSION");

/// The version of the linked engine, the one engine that this build contains; `unknown` for a system library that has
/// no version.
pub const ENGINE: &str = wasm_c_api::ENGINE_VERSION;

/// Returns the stamp of an engine: a text with the versions, the target and the options that compiled code depends on.
/// An engine can load compiled code only if the stamp of the code equals the stamp of the engine.
pub fn stamp(engine: &Engine) -> String {
    let target = format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS);
    format!(
        "{} {ENGINE} ({}) anywasm {SHIM} {target} [{}] [{}]",
        LinkedBackend::NAME,
        LinkedBackend::KIND,
        engine.options.stamp(),
        engine.lowering.stamp()
    )
}
