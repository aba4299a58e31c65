//! Functions of wasmer that the shim calls and that `wasm.h` does not declare.
//!
//! The declarations are written by hand, because wasmer's package does not contain a header that declares them:
//! wasmer generates such a header during its build. The signatures are those of wasmer-c-api 7.3.0 (`src/error.rs`,
//! `src/wasm_c_api/engine`).

use crate::{wasm_config_t, wasm_engine_t, wasm_module_t};
use core::ffi::{c_char, c_int};

/// The compiler Cranelift, as a `wasmer_backend_t`.
pub const WASMER_BACKEND_CRANELIFT: c_int = 0;
/// The compiler Singlepass, as a `wasmer_backend_t`.
pub const WASMER_BACKEND_SINGLEPASS: c_int = 2;

unsafe extern "C" {
    /// Returns the length of this thread's last error in bytes, including the final NUL. Returns 0 if there is no
    /// error.
    pub fn wasmer_last_error_length() -> c_int;
    /// Copies this thread's last error to `buffer` and clears the error. Returns -1 if `buffer` is too small.
    pub fn wasmer_last_error_message(buffer: *mut c_char, length: c_int) -> c_int;
    /// Sets the compiler. The library must contain this compiler.
    pub fn wasm_config_set_backend(config: *mut wasm_config_t, backend: c_int);
    /// Sets whether instructions replace each NaN result by the canonical NaN.
    pub fn wasm_config_sys_canonicalize_nans(config: *mut wasm_config_t, enable: bool);
}

/// Makes an engine know the types of all functions of a module that another engine compiled. A store looks up the type
/// of a function reference in its own engine, and wasmer panics if that engine does not know the type.
///
/// # Safety
/// Both pointers point to live objects that wasmer created.
pub unsafe fn wasmer_engine_register_types(engine: *const wasm_engine_t, module: *const wasm_module_t) {
    const {
        assert!(size_of::<wasmer_api::Engine>() == size_of::<wasmer::wasm_c_api::engine::wasm_engine_t>());
        assert!(align_of::<wasmer_api::Engine>() == align_of::<wasmer::wasm_c_api::engine::wasm_engine_t>());
        assert!(size_of::<wasmer_api::Module>() == size_of::<wasmer::wasm_c_api::module::wasm_module_t>());
        assert!(align_of::<wasmer_api::Module>() == align_of::<wasmer::wasm_c_api::module::wasm_module_t>());
    }
    // SAFETY: the caller guarantees that wasmer created both objects, and that they are alive. In wasmer-c-api 7.3.0,
    // the pinned version, both C types are structs whose only field is the Rust object.
    let (engine, module) = unsafe { (&*engine.cast::<wasmer_api::Engine>(), &*module.cast::<wasmer_api::Module>()) };
    for ty in module.info().signatures.values() {
        engine.as_sys().register_signature(ty);
    }
}
