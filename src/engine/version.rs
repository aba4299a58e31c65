//! Versions: the shim's own, the engine's, and the stamp that serialized modules carry.

use crate::backend::{Active, Backend};
use crate::engine::Engine;

/// The version of this crate; the Python package of the same version goes with it.
pub const SHIM: &str = env!("CARGO_PKG_VERSION");

/// The version of the linked engine, or `unknown` for a system library that does not tell.
pub const ENGINE: &str = wasm_c_api::ENGINE_VERSION;

/// What must be equal for code to be exchanged.
pub fn stamp(engine: &Engine) -> String {
    let target = format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS);
    format!("{} {ENGINE} ({}) anywasm {SHIM} {target} [{}]", Active::NAME, Active::KIND, engine.options.stamp())
}
