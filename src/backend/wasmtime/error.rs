//! wasmtime's two ways of failing, as our one.

use crate::backend::wasmtime::engine::Store;
use crate::error::{Error, Frame, Kind, Result};
use std::ffi::CString;
use std::ptr;
use wasm_c_api as c;

/// Our error of this kind for wasmtime's, if there is one; frees it.
///
/// # Safety
/// The error is null, or owned by the caller and not used again.
pub unsafe fn check(error: *mut c::wasmtime_error_t, kind: Kind) -> Result<()> {
    if error.is_null() {
        return Ok(());
    }
    // SAFETY: message and frames are copied out before the error is freed.
    unsafe {
        let message = text(|out| c::wasmtime_error_message(error, out));
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
        return unsafe { check(error, Kind::Engine) };
    }
    // SAFETY: message, code and frames are copied out before the trap is freed.
    unsafe {
        let mut code = 0;
        let code = if c::wasmtime_trap_code(trap, &mut code) { i32::from(code) } else { forget_exception(store) };
        let message = text(|out| c::wasm_trap_message(trap, out));
        let frames = frames(|out| c::wasm_trap_trace(trap, out));
        c::wasm_trap_delete(trap);
        Err(Error { code, frames, ..Error::new(Kind::Trap, message) })
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
    crate::trap::TrapCode::UncaughtException as i32
}

/// A text for wasmtime, cut off where it has a NUL.
pub fn c_text(text: &str) -> CString {
    CString::new(text.split('\0').next().unwrap_or_default()).unwrap_or_default()
}

/// A text that wasmtime writes into a vector of its own.
unsafe fn text(write: impl FnOnce(*mut c::wasm_byte_vec_t)) -> String {
    // SAFETY: the vector is filled by wasmtime and freed by it, in between only read.
    unsafe {
        let mut vec = std::mem::zeroed();
        write(&mut vec);
        let text = bytes(&vec);
        c::wasm_byte_vec_delete(&mut vec);
        text
    }
}

unsafe fn bytes(vec: &c::wasm_byte_vec_t) -> String {
    if vec.size == 0 {
        return String::new();
    }
    // SAFETY: a vector that is not empty points to as many bytes as it says.
    let bytes = unsafe { std::slice::from_raw_parts(vec.data.cast::<u8>(), vec.size) };
    String::from_utf8_lossy(bytes.strip_suffix(&[0]).unwrap_or(bytes)).into_owned()
}

unsafe fn frames(write: impl FnOnce(*mut c::wasm_frame_vec_t)) -> Vec<Frame> {
    // SAFETY: the vector owns its frames until it is deleted; names belong to their frame.
    unsafe {
        let mut vec: c::wasm_frame_vec_t = std::mem::zeroed();
        write(&mut vec);
        let raw = if vec.size == 0 { &[][..] } else { std::slice::from_raw_parts(vec.data, vec.size) };
        let name = |name: *const c::wasm_byte_vec_t| (!ptr::eq(name, ptr::null())).then(|| bytes(&*name));
        let frames = raw
            .iter()
            .map(|frame| Frame {
                func_index: c::wasm_frame_func_index(*frame),
                func_offset: c::wasm_frame_func_offset(*frame),
                module_offset: c::wasm_frame_module_offset(*frame),
                func_name: name(c::wasmtime_frame_func_name(*frame)),
                module_name: name(c::wasmtime_frame_module_name(*frame)),
            })
            .collect();
        c::wasm_frame_vec_delete(&mut vec);
        frames
    }
}
