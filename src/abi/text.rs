//! The text format, and owned bytes.

use crate::abi::types::Bytes;
use crate::abi::{entry, pointer};
use crate::wasm::text;

/// The binary of a module in text form; a binary passes through. The caller deletes the bytes.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_wat2wasm(text: *const u8, len: usize) -> *mut Bytes {
    // SAFETY: the module's rules.
    entry(|| Ok(Bytes::give(text::wat2wasm(unsafe { pointer::slice(text, len, "the text") }?)?)))
}

/// The text form of a binary module. The caller deletes the bytes.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_wasm2wat(wasm: *const u8, len: usize) -> *mut Bytes {
    // SAFETY: the module's rules.
    entry(|| Ok(Bytes::give(text::wasm2wat(unsafe { pointer::slice(wasm, len, "the module") }?)?.into_bytes())))
}

/// Deletes bytes; NULL is nothing.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_bytes_delete(bytes: *mut Bytes) {
    // SAFETY: the module's rules.
    unsafe { pointer::take(bytes) }
}
