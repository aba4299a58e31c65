//! Versions: the shim's own, the engine's, and the stamp that serialized modules carry.

use crate::backend::{Active, Backend};
use crate::engine::Engine;

/// The version of this crate; the Python package of the same version goes with it.
pub const SHIM: &str = env!("CARGO_PKG_VERSION");

/// The version of the linked engine, or `unknown` for a system library that does not tell.
pub const ENGINE: &str = wasm_c_api::ENGINE_VERSION;

/// Options about compiling alone: an engine runs what any of its compilers made.
const ONLY_COMPILING: &[&str] = &["compiler"];

/// What must be equal for code to be exchanged.
pub fn stamp(engine: &Engine) -> String {
    let options = engine.options.0.iter().filter(|(name, _)| !ONLY_COMPILING.contains(&name.as_str()));
    let options: Vec<_> = options.map(|(name, value)| format!("{name}={value}")).collect();
    let target = format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS);
    format!("{} {ENGINE} ({}) anywasm {SHIM} {target} [{}]", Active::NAME, Active::KIND, options.join(","))
}
