//! Traps: made for the engine, and read from it.

use crate::backend::standard::{quirks, trap_text};
use crate::capabilities;
use crate::error::{Error, Frame, Kind};
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
        let message = message(trap);
        let frames = if quirks::CAPABILITIES.has(capabilities::FRAMES) { frames(trap) } else { Vec::new() };
        c::wasm_trap_delete(trap);
        let code = trap_text::code(&message).map_or(-1, |code| code as i32);
        Error { code, frames, ..Error::new(Kind::Trap, message) }
    }
}

unsafe fn message(trap: *mut c::wasm_trap_t) -> String {
    // SAFETY: the vector is filled by the engine and freed by it, in between only read.
    unsafe {
        let mut vec: c::wasm_byte_vec_t = std::mem::zeroed();
        c::wasm_trap_message(trap, &mut vec);
        let text = if vec.size == 0 { &[][..] } else { std::slice::from_raw_parts(vec.data.cast::<u8>(), vec.size) };
        let text = String::from_utf8_lossy(text.strip_suffix(&[0]).unwrap_or(text)).into_owned();
        c::wasm_byte_vec_delete(&mut vec);
        text
    }
}

unsafe fn frames(trap: *mut c::wasm_trap_t) -> Vec<Frame> {
    // SAFETY: the vector owns its frames until it is deleted; they are only read.
    unsafe {
        let mut vec: c::wasm_frame_vec_t = std::mem::zeroed();
        c::wasm_trap_trace(trap, &mut vec);
        let raw = if vec.size == 0 { &[][..] } else { std::slice::from_raw_parts(vec.data, vec.size) };
        let frames = raw
            .iter()
            .map(|frame| Frame {
                func_index: c::wasm_frame_func_index(*frame),
                func_offset: c::wasm_frame_func_offset(*frame),
                module_offset: c::wasm_frame_module_offset(*frame),
                func_name: None,
                module_name: None,
            })
            .collect();
        c::wasm_frame_vec_delete(&mut vec);
        frames
    }
}
