//! wasmtime's two ways of failing, as our one.

use crate::backend::wasm_h;
use crate::backend::wasmtime::engine::Store;
use crate::base::error::{Error, ErrorKind, Frame, Result};
use std::ffi::CString;
use wasm_c_api as c;

/// Our error of this kind for wasmtime's, if there is one; frees it.
///
/// # Safety
/// The error is null, or owned by the caller and not used again.
pub unsafe fn check(error: *mut c::wasmtime_error_t, kind: ErrorKind) -> Result<()> {
    if error.is_null() {
        return Ok(());
    }
    // SAFETY: message and frames are copied out before the error is freed.
    unsafe {
        let message = wasm_h::text(|out| c::wasmtime_error_message(error, out));
        let frames = frames(|out| c::wasmtime_error_wasm_trace(error, out));
        c::wasmtime_error_delete(error);
        Err(Error { frames, ..Error::new(kind, message) })
    }
}

/// The outcome of running WebAssembly; frees both.
///
/// # Safety
/// As for [`check`], of both.
pub unsafe fn outcome(store: Store, error: *mut c::wasmtime_error_t, trap: *mut c::wasm_trap_t) -> Result<()> {
    if trap.is_null() {
        // SAFETY: the caller's promise.
        return unsafe { check(error, ErrorKind::Engine) };
    }
    // SAFETY: message, code and frames are copied out before the trap is freed.
    unsafe {
        let mut code = 0;
        let code = if c::wasmtime_trap_code(trap, &mut code) { i32::from(code) } else { forget_exception(store) };
        let message = wasm_h::text(|out| c::wasm_trap_message(trap, out));
        let frames = frames(|out| c::wasm_trap_trace(trap, out));
        c::wasm_trap_delete(trap);
        Err(Error { code, frames, ..Error::new(ErrorKind::Trap, message) })
    }
}

/// An exception that nobody caught waits in the store for the host to take it.
unsafe fn forget_exception(store: Store) -> i32 {
    // SAFETY: the store lives; the reference, if any, is ours to release.
    unsafe {
        let mut exception = std::mem::zeroed();
        if !c::wasmtime_context_take_exception(store.context, &mut exception) {
            return -1;
        }
        c::wasmtime_exnref_unroot(&mut exception);
    }
    crate::base::trap::TrapCode::UncaughtException as i32
}

/// A text for wasmtime, cut off where it has a NUL.
pub fn c_text(text: &str) -> CString {
    CString::new(text.split('\0').next().unwrap_or_default()).unwrap_or_default()
}

/// The frames that wasmtime writes, with their names.
unsafe fn frames(write: impl FnOnce(*mut c::wasm_frame_vec_t)) -> Vec<Frame> {
    // SAFETY: names belong to their frame, which lives while it is read.
    unsafe {
        let name = |name: *const c::wasm_byte_vec_t| (!name.is_null()).then(|| wasm_h::bytes(&*name));
        wasm_h::frames(write, |frame| {
            (name(c::wasmtime_frame_func_name(frame)), name(c::wasmtime_frame_module_name(frame)))
        })
    }
}
