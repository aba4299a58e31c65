//! Creates engines of the bundled crate, which returns an error for options that contradict each other.

use crate::backend::wasmtime::config;
use crate::base::error::Result;
use crate::base::options::Options;
use wasm_c_api as c;

/// Creates an engine, which the caller owns. `stack` is the guest's share of the stack in bytes.
pub fn engine(options: &Options, stack_size: usize) -> Result<*mut c::wasm_engine_t> {
    let config = config::config(options, stack_size)?;
    // SAFETY: `config` is a new configuration of this function, which does not use it again.
    unsafe { c::wasmtime_engine_try_new(config, |reason| config::contradiction(reason)) }
}
