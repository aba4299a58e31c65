//! Creates a wasmtime engine from a configuration that may be invalid.
//!
//! wasmtime's C API aborts the process for an invalid configuration. Its Rust API returns an error.

use crate::{wasm_config_t, wasm_engine_t};
use wasmtime_c_api::wasmtime::{Config, Engine};

/// Creates an engine like `wasm_engine_new_with_config`, but returns `failed(error)` if the configuration contradicts
/// itself, or names a flag, a target or a size that does not exist. Consumes the configuration in both cases.
///
/// # Safety
/// `config` was returned by `wasm_config_new`, and the caller does not use it again.
pub unsafe fn wasmtime_engine_try_new<E>(
    config: *mut wasm_config_t,
    failed: impl FnOnce(&dyn core::fmt::Display) -> E,
) -> Result<*mut wasm_engine_t, E> {
    // SAFETY: `config` came from `wasm_config_new` (see `# Safety`), so it points to a boxed `wasm_config_t` of
    // wasmtime-c-api-impl 48 (`config.rs`; the version is pinned). That is a `repr(C)` struct with one field, a
    // `Config`, so the pointer also points to the `Config`. The reference ends before the box is freed, once.
    unsafe {
        let result = Engine::new(&*config.cast::<Config>());
        crate::wasm_config_delete(config);
        match result {
            Ok(engine) => Ok(engine_into_raw(engine)),
            Err(error) => Err(failed(&format_args!("{error:#}"))),
        }
    }
}

extern crate alloc;

/// Moves an engine into a box of the C type, a struct with the engine as its only field (`engine.rs` of
/// wasmtime-c-api-impl 48).
fn engine_into_raw(engine: Engine) -> *mut wasm_engine_t {
    const {
        assert!(size_of::<Engine>() == size_of::<wasmtime_c_api::wasm_engine_t>());
        assert!(align_of::<Engine>() == align_of::<wasmtime_c_api::wasm_engine_t>());
    }
    alloc::boxed::Box::into_raw(alloc::boxed::Box::new(engine)).cast()
}
