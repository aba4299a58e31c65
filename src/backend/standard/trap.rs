//! Traps. Host functions create traps for the engine, and the shim converts the engine's traps to errors.

use crate::backend::standard::{quirks, trap_text};
use crate::backend::wasm_h;
use crate::base::capabilities;
use crate::base::error::{Error, ErrorKind};
use wasm_c_api as c;

/// Creates a trap with this message. The caller owns the trap.
///
/// # Safety
/// `store` is a live store.
pub unsafe fn new(store: *mut c::wasm_store_t, message: &str) -> *mut c::wasm_trap_t {
    // Two engines abort on a message without a closing NUL, and on an empty message. The message therefore always ends
    // with NUL.
    let mut text: Vec<u8> = message.bytes().filter(|byte| *byte != 0).collect();
    text.push(0);
    let text = c::wasm_byte_vec_t { size: text.len(), data: text.as_mut_ptr().cast() };
    // SAFETY: the caller guarantees that the store lives. The engine borrows the message during the call.
    unsafe { c::wasm_trap_new(store, &text) }
}

/// Converts a trap of the engine to an error, and frees the trap.
///
/// # Safety
/// The caller owns the trap. The caller does not use the trap again.
pub unsafe fn into_error(trap: *mut c::wasm_trap_t) -> Error {
    // SAFETY: the caller guarantees to own the trap. The message and the frames are copied before the trap is freed,
    // because frames may borrow from the trap.
    unsafe {
        let message = wasm_h::text(|out| c::wasm_trap_message(trap, out));
        let frames = if quirks::CAPABILITIES.has(capabilities::FRAMES) {
            wasm_h::frames(|out| c::wasm_trap_trace(trap, out), |_| (None, None))
        } else {
            Vec::new()
        };
        c::wasm_trap_delete(trap);
        Error { frames, ..error(message) }
    }
}

/// Returns the error for the message of a trap.
pub fn error(message: String) -> Error {
    let code = trap_text::code(&message).map_or(-1, |code| code as i32);
    Error::new(ErrorKind::Trap, message).with_code(code)
}
