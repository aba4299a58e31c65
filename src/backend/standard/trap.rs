//! Traps: created for the engine, and read from the engine.

use crate::backend::standard::{quirks, trap_text};
use crate::backend::wasm_h;
use crate::base::capabilities;
use crate::base::error::{Error, ErrorKind};
use wasm_c_api as c;

/// Creates a trap with this message. The host function that returns the trap gives it to the engine.
///
/// # Safety
/// The store lives.
pub unsafe fn new(store: *mut c::wasm_store_t, message: &str) -> *mut c::wasm_trap_t {
    // Two engines abort on a message without a closing NUL, and on an empty message.
    let mut text: Vec<u8> = message.bytes().filter(|byte| *byte != 0).collect();
    text.push(0);
    let text = c::wasm_byte_vec_t { size: text.len(), data: text.as_mut_ptr().cast() };
    // SAFETY: the caller guarantees that the store lives. The engine borrows the message for the call.
    unsafe { c::wasm_trap_new(store, &text) }
}

/// Converts a trap of the engine to an error, and frees the trap.
///
/// # Safety
/// The caller owns the trap, and does not use it again.
pub unsafe fn into_error(trap: *mut c::wasm_trap_t) -> Error {
    // SAFETY: the caller owns the trap. Message and frames are copied before the trap is freed, since frames may borrow
    // from the trap.
    unsafe {
        let message = wasm_h::text(|out| c::wasm_trap_message(trap, out));
        let frames = if quirks::CAPABILITIES.has(capabilities::FRAMES) {
            wasm_h::frames(|out| c::wasm_trap_trace(trap, out), |_| (None, None))
        } else {
            Vec::new()
        };
        c::wasm_trap_delete(trap);
        let code = trap_text::code(&message).map_or(-1, |code| code as i32);
        Error { code, frames, ..Error::new(ErrorKind::Trap, message) }
    }
}
