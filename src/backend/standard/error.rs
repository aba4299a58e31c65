//! Texts with the reason for an engine's last failure. Only wasmer has a function that returns this text. For the other
//! engines, the functions of this file return no reason.

#[cfg(feature = "wasmer")]
use wasm_c_api as c;

/// Returns the reason for the engine's last failure on this thread, and clears the stored reason. Returns a fixed text
/// if the engine has stored no reason.
pub fn last_error() -> String {
    pending_error().unwrap_or_else(|| "it gave no reason".to_owned())
}

/// Returns the reason for the engine's last failure on this thread, and clears the stored reason. Returns `None` if the
/// engine has stored no reason.
#[cfg(feature = "wasmer")]
pub fn pending_error() -> Option<String> {
    // SAFETY: the function only reads a variable of this thread.
    let length = unsafe { c::wasmer_last_error_length() };
    if length <= 0 {
        return None;
    }
    let mut buffer = vec![0u8; length as usize];
    // SAFETY: the buffer has `length` bytes, and outlives the call.
    unsafe { c::wasmer_last_error_message(buffer.as_mut_ptr().cast(), length) };
    while buffer.last() == Some(&0) {
        buffer.pop();
    }
    Some(String::from_utf8_lossy(&buffer).into_owned())
}

/// Returns `None`: `wasm.h` has no function that returns a reason.
#[cfg(not(feature = "wasmer"))]
pub fn pending_error() -> Option<String> {
    None
}
