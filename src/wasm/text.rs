//! The text format: `wat` in, `wat` out, the same for every engine.

use crate::base::error::{Error, ErrorKind, Result};

/// Text to binary; a binary passes through.
pub fn wat2wasm(text: &[u8]) -> Result<Vec<u8>> {
    match wat::parse_bytes(text) {
        Ok(wasm) => Ok(wasm.into_owned()),
        Err(e) => Err(Error::new(ErrorKind::Malformed, e.to_string())),
    }
}

/// Binary to text.
pub fn wasm2wat(wasm: &[u8]) -> Result<String> {
    wasmprinter::print_bytes(wasm).map_err(|e| Error::new(ErrorKind::Malformed, format!("{e:#}")))
}
