//! Engines of the bundled crate: where it cannot make one it says why.

use crate::backend::wasmtime::config;
use crate::base::error::Result;
use crate::base::options::Options;
use wasm_c_api as c;

/// An engine, owned by the caller.
pub fn engine(options: &Options, stack: usize) -> Result<*mut c::wasm_engine_t> {
    let config = config::config(options, stack)?;
    // SAFETY: the config is ours, and given away.
    unsafe { c::wasmtime_engine_try_new(config, |reason| config::contradiction(reason)) }
}
