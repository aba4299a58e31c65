//! Traps: made for the engine, and read from it.

use crate::backend::standard::{quirks, trap_text};
use crate::backend::wasm_h;
use crate::base::capabilities;
use crate::base::error::{Error, ErrorKind};
use wasm_c_api as c;

/// A trap for the engine that says `message`. Owned by whoever gets it, which is the engine.
///
/// # Safety
/// The store lives.
pub unsafe fn new(store: *mut c::wasm_store_t, message: &str) -> *mut c::wasm_trap_t {
    // Engines differ over the closing NUL: two of them abort without it, and on an empty message.
    let mut text: Vec<u8> = message.bytes().filter(|byte| *byte != 0).collect();
    text.push(0);
    let text = c::wasm_byte_vec_t { size: text.len(), data: text.as_mut_ptr().cast() };
    // SAFETY: the message is only borrowed for the call, and ends in NUL.
    unsafe { c::wasm_trap_new(store, &text) }
}

/// The engine's trap as our error; frees it.
///
/// # Safety
/// The trap is owned by the caller and not used again.
pub unsafe fn take(trap: *mut c::wasm_trap_t) -> Error {
    // SAFETY: message and frames are copied out before the trap is freed, as frames may borrow from it.
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
