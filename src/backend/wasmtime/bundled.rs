//! Creates engines of the bundled wasmtime crate. The crate returns an error for options that contradict each other.

use crate::backend::wasmtime::config;
use crate::base::error::Result;
use crate::base::options::Options;
use wasm_c_api as c;

/// Creates an engine. The caller owns the engine. `stack_size` is the number of stack bytes that a guest may use.
pub fn engine(options: &Options, stack_size: usize) -> Result<*mut c::wasm_engine_t> {
    let config = config::config(options, stack_size)?;
    // This function is not part of wasmtime's C API: wasm_c_api/src/wasmtime_extras.rs defines it in Rust.
    // SAFETY: `config` is a new configuration. `wasmtime_engine_try_new` takes ownership of `config`, and this function
    // does not use `config` again.
    unsafe { c::wasmtime_engine_try_new(config, |reason| config::contradiction(reason)) }
}
