//! What wasmtime's C API does only by ending the process: an engine from a configuration that may be wrong.

use crate::{wasm_config_t, wasm_engine_t};
use wasmtime_c_api::wasmtime::{Config, Engine};

/// `wasm_engine_new_with_config`, which aborts where the configuration contradicts itself or names a flag, a target or
/// a size that does not exist; this says why instead. The configuration is consumed either way.
///
/// # Safety
/// `config` came from `wasm_config_new`, and is not used again.
pub unsafe fn wasmtime_engine_try_new<E>(
    config: *mut wasm_config_t,
    failed: impl FnOnce(&dyn core::fmt::Display) -> E,
) -> Result<*mut wasm_engine_t, E> {
    // Both C types are `repr(C)` structs of one field, the Rust type, in a box (wasmtime-c-api-impl 48, `config.rs` and
    // `engine.rs`; the version is pinned).
    // SAFETY: so a pointer to one is a pointer to its field, and the box is freed as what it was made as.
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

fn engine_into_raw(engine: Engine) -> *mut wasm_engine_t {
    const {
        assert!(size_of::<Engine>() == size_of::<wasmtime_c_api::wasm_engine_t>());
        assert!(align_of::<Engine>() == align_of::<wasmtime_c_api::wasm_engine_t>());
    }
    alloc::boxed::Box::into_raw(alloc::boxed::Box::new(engine)).cast()
}
