//! The few functions of wasmer's C API beyond `wasm.h` that the shim calls.
//!
//! wasmer generates the header that declares them while its crate is built and ships none, so they are declared here;
//! the signatures are those of wasmer-c-api 7.3.0 (`src/error.rs`, `src/wasm_c_api/engine`).

use crate::wasm_config_t;
use core::ffi::{c_char, c_int};

/// `wasmer_backend_t`: the Cranelift compiler.
pub const WASMER_BACKEND_CRANELIFT: c_int = 0;
/// `wasmer_backend_t`: the one-pass compiler.
pub const WASMER_BACKEND_SINGLEPASS: c_int = 2;

unsafe extern "C" {
    /// The length of this thread's last error with its NUL, or 0 where there is none.
    pub fn wasmer_last_error_length() -> c_int;
    /// Copies this thread's last error into `buffer` and clears it; -1 where the buffer is too small.
    pub fn wasmer_last_error_message(buffer: *mut c_char, length: c_int) -> c_int;
    /// Chooses the compiler; the constant must be one that is compiled in.
    pub fn wasm_config_set_backend(config: *mut wasm_config_t, backend: c_int);
    /// Whether every NaN that an operation makes is the canonical one.
    pub fn wasm_config_sys_canonicalize_nans(config: *mut wasm_config_t, enable: bool);
}
