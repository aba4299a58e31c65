//! Conversion between the text format and the binary format, and bytes that the caller owns.

use crate::abi::types::Bytes;
use crate::abi::{delete, entry, give};
use crate::base::pointer;
use crate::wasm::text;

/// Converts a module from the text format to the binary format. A binary module is returned as it is. The caller
/// deletes the bytes.
///
/// # Safety
/// The caller guarantees that `text` points to `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_wat2wasm(text: *const u8, len: usize) -> Option<Box<Bytes>> {
    entry(|| {
        // SAFETY: the caller guarantees that `text` points to `len` bytes, which the call only reads.
        let text = unsafe { pointer::slice(text, len, "the text") }?;
        give(Bytes::new(text::wat2wasm(text)?))
    })
}

/// Converts a module from the binary format to the text format, in UTF-8. The caller deletes the bytes.
///
/// # Safety
/// The caller guarantees that `wasm` points to `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_wasm2wat(wasm: *const u8, len: usize) -> Option<Box<Bytes>> {
    entry(|| {
        // SAFETY: the caller guarantees that `wasm` points to `len` bytes, which the call only reads.
        let wasm = unsafe { pointer::slice(wasm, len, "the module") }?;
        give(Bytes::new(text::wasm2wat(wasm)?.into_bytes()))
    })
}

/// Deletes bytes; NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn aw_bytes_delete(bytes: Option<Box<Bytes>>) {
    delete(bytes);
}
