//! Conversions of wasmtime's errors and traps to errors of the shim.

use crate::backend::wasm_h;
use crate::base::error::{Error, ErrorKind, Frame, Result};
use crate::base::trap::TrapCode;
use std::ffi::CString;
use std::panic::{AssertUnwindSafe, catch_unwind};
use wasm_c_api as c;

/// Converts an error of wasmtime to an error of the shim with this kind, and frees wasmtime's error. Null means
/// success.
///
/// # Safety
/// `error` is null or owned by the caller. The caller does not use `error` again.
pub unsafe fn check(error: *mut c::wasmtime_error_t, kind: ErrorKind) -> Result<()> {
    if error.is_null() {
        return Ok(());
    }
    // SAFETY: the caller guarantees to own the error. The message and the frames are copied before the error is freed.
    unsafe {
        let message = wasm_h::text(|out| c::wasmtime_error_message(error, out));
        let frames = frames(|out| c::wasmtime_error_wasm_trace(error, out));
        c::wasmtime_error_delete(error);
        Err(Error { frames, ..Error::new(kind, message) })
    }
}

/// Converts the outcome of a call into WebAssembly to a `Result`, and frees `error` and `trap`. Two null pointers mean
/// success.
///
/// # Safety
/// `error` and `trap` are null or owned by the caller. The caller uses neither pointer again. `context` is the context
/// of a living store, through which wasmtime reaches the store's objects.
pub unsafe fn check_outcome(
    context: *mut c::wasmtime_context_t,
    error: *mut c::wasmtime_error_t,
    trap: *mut c::wasm_trap_t,
) -> Result<()> {
    if trap.is_null() {
        // SAFETY: the caller guarantees that `error` is null or owned by the caller.
        return unsafe { check(error, ErrorKind::Engine) };
    }
    // SAFETY: the caller guarantees to own the trap. The message, the code and the frames are copied before the trap is
    // freed.
    unsafe {
        let mut code = 0;
        let has_code = c::wasmtime_trap_code(trap, &mut code);
        let code = if has_code { i32::from(code) } else { discard_exception(context) };
        let message = wasm_h::text(|out| c::wasm_trap_message(trap, out));
        let frames = frames(|out| c::wasm_trap_trace(trap, out));
        c::wasm_trap_delete(trap);
        Err(Error { code, frames, ..Error::new(ErrorKind::Trap, message) })
    }
}

/// Removes an uncaught exception from the store, and frees the exception. Returns the trap code `UncaughtException`, or
/// -1 if the store has no exception.
///
/// # Safety
/// The context belongs to a living store.
unsafe fn discard_exception(context: *mut c::wasmtime_context_t) -> i32 {
    // SAFETY: the caller guarantees that the context belongs to a living store. This function owns the reference that
    // wasmtime writes, and frees the reference.
    unsafe {
        let mut exception = std::mem::zeroed();
        if !c::wasmtime_context_take_exception(context, &mut exception) {
            return -1;
        }
        c::wasmtime_exnref_unroot(&mut exception);
    }
    TrapCode::UncaughtException as i32
}

/// Runs `work` inside a callback from wasmtime. Converts a panic to an error, because a panic must not unwind through
/// wasmtime's frames.
pub fn catch_panic(work: impl FnOnce() -> Result<()>) -> Result<()> {
    let panic = |_| Err(Error::new(ErrorKind::Panic, "a panic in the shim, called by WebAssembly"));
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(panic)
}

/// Returns a text as a C string. Cuts the text off at the first NUL.
pub fn c_text(text: &str) -> CString {
    CString::new(text.split('\0').next().unwrap_or_default()).unwrap_or_default()
}

/// Returns the frames that `write` stores in a vector, with the names of their functions and modules.
///
/// # Safety
/// `write` initializes the vector, and this function then owns the vector.
unsafe fn frames(write: impl FnOnce(*mut c::wasm_frame_vec_t)) -> Vec<Frame> {
    // SAFETY: the caller guarantees that `write` initializes the vector. `wasm_h::frames` owns the vector. A name
    // belongs to its frame, and the frame lives while the closure reads the name.
    unsafe {
        let name = |name: *const c::wasm_byte_vec_t| (!name.is_null()).then(|| wasm_h::vec_text(&*name));
        wasm_h::frames(write, |frame| {
            (name(c::wasmtime_frame_func_name(frame)), name(c::wasmtime_frame_module_name(frame)))
        })
    }
}
