//! Creates a wasmtime engine from a configuration that may be invalid.
//!
//! This file uses wasmtime's Rust API, because the C API aborts the process if the configuration is invalid. The Rust
//! API returns an error.

use crate::{wasm_config_t, wasm_engine_t};
use wasmtime_c_api::wasmtime::{Config, Engine};

/// Returns a new engine with the configuration `config`, like `wasm_engine_new_with_config`. Returns `to_error(error)`
/// if the configuration contradicts itself, or contains a flag, a target or a size that does not exist. Always frees
/// the configuration.
///
/// # Safety
/// `wasm_config_new` has returned `config`, and the caller does not use `config` again.
pub unsafe fn wasmtime_engine_try_new<E>(
    config: *mut wasm_config_t,
    to_error: impl FnOnce(&dyn core::fmt::Display) -> E,
) -> Result<*mut wasm_engine_t, E> {
    // SAFETY: The caller guarantees that `wasm_config_new` has returned `config` (see `# Safety`). `config` therefore
    // points to a boxed `wasm_config_t` of wasmtime-c-api-impl 48, the pinned version (`config.rs`). That type is a
    // `repr(C)` struct whose only field is a `Config`, so `config` also points to the `Config`. The reference to the
    // `Config` ends before `wasm_config_delete` frees the box. The box is freed only once, because the caller does not
    // use `config` again.
    unsafe {
        let engine = Engine::new(&*config.cast::<Config>());
        crate::wasm_config_delete(config);
        match engine {
            Ok(engine) => Ok(engine_into_raw(engine)),
            Err(error) => Err(to_error(&format_args!("{error:#}"))),
        }
    }
}

extern crate alloc;

/// Moves an engine to a box and returns a pointer of the C type. The cast of the pointer is valid, because the C type
/// is a struct whose only field is the engine (`engine.rs` of wasmtime-c-api-impl 48).
fn engine_into_raw(engine: Engine) -> *mut wasm_engine_t {
    const {
        assert!(size_of::<Engine>() == size_of::<wasmtime_c_api::wasm_engine_t>());
        assert!(align_of::<Engine>() == align_of::<wasmtime_c_api::wasm_engine_t>());
    }
    alloc::boxed::Box::into_raw(alloc::boxed::Box::new(engine)).cast()
}
