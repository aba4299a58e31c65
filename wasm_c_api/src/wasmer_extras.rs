//! Functions of wasmer's C API that the shim calls and that `wasm.h` does not declare.
//!
//! These declarations are written by hand, because wasmer's package does not contain a header that declares them:
//! wasmer generates such a header during its build. The signatures are those of wasmer-c-api 7.3.0 (`src/error.rs`,
//! `src/wasm_c_api/engine`).

use crate::wasm_config_t;
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
