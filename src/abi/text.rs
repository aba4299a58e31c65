//! C functions that convert modules between the text format and the binary format, and the function that deletes the
//! resulting bytes.

use crate::abi::types::Bytes;
use crate::abi::{box_for_c, catch_errors, delete};
use crate::backend::reserve::require_memory;
use crate::base::pointer;
use crate::wasm::text;

/// Estimated memory for parsing a text: bytes for each byte of the text, and for each opening parenthesis.
const PARSE_MEMORY_PER_BYTE: usize = 4;
const PARSE_MEMORY_PER_PARENTHESIS: usize = 440;

/// Estimated memory for printing a module, in bytes for each byte of the module.
const PRINT_MEMORY_PER_BYTE: usize = 20;

/// Converts a module from the text format to the binary format. Returns a module that is already in the binary format
/// unchanged. The caller deletes the bytes.
///
/// # Safety
/// The caller guarantees that `text` points to `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_wat2wasm(text: *const u8, len: usize) -> Option<Box<Bytes>> {
    catch_errors(|| {
        // SAFETY: the caller guarantees that `text` points to `len` bytes. The call only reads the bytes.
        let text = unsafe { pointer::slice(text, len, "the text") }?;
        // A module in the binary format is only copied.
        let is_binary = text.starts_with(b"\0asm");
        let parentheses = if is_binary { 0 } else { text.iter().filter(|byte| **byte == b'(').count() };
        let needed = text.len() * PARSE_MEMORY_PER_BYTE + parentheses * PARSE_MEMORY_PER_PARENTHESIS;
        require_memory(needed, format_args!("a module of {} KiB", text.len() >> 10))?;
        box_for_c(Bytes::new(text::wat2wasm(text)?))
    })
}

/// Converts a module from the binary format to the text format, in UTF-8. The caller deletes the bytes.
///
/// # Safety
/// The caller guarantees that `wasm` points to `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_wasm2wat(wasm: *const u8, len: usize) -> Option<Box<Bytes>> {
    catch_errors(|| {
        // SAFETY: the caller guarantees that `wasm` points to `len` bytes. The call only reads the bytes.
        let wasm = unsafe { pointer::slice(wasm, len, "the module") }?;
        require_memory(wasm.len() * PRINT_MEMORY_PER_BYTE, format_args!("the text of {} KiB", wasm.len() >> 10))?;
        box_for_c(Bytes::new(text::wasm2wat(wasm)?.into_bytes()))
    })
}

/// Deletes bytes. Has no effect if the pointer is NULL.
#[unsafe(no_mangle)]
pub extern "C" fn aw_bytes_delete(bytes: Option<Box<Bytes>>) {
    delete(bytes);
}
