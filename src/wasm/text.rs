//! Conversion between the text format (`wat`) and the binary format. The conversion uses no engine.

use crate::base::error::{Error, ErrorKind, Result};

/// Converts a module in the text format to the binary format. Returns a module in the binary format unchanged.
pub fn wat2wasm(text: &[u8]) -> Result<Vec<u8>> {
    match wat::parse_bytes(text) {
        Ok(wasm) => Ok(wasm.into_owned()),
        Err(e) => Err(Error::new(ErrorKind::Malformed, e.to_string())),
    }
}

/// Converts a module in the binary format to the text format.
pub fn wasm2wat(wasm: &[u8]) -> Result<String> {
    wasmprinter::print_bytes(wasm).map_err(|e| Error::new(ErrorKind::Malformed, format!("{e:#}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_binary_are_converted_to_each_other() {
        let wasm = wat2wasm(b"(module (func (export \"f\")))").unwrap();
        assert!(wasm.starts_with(b"\0asm"));
        assert_eq!(wat2wasm(&wasm).unwrap(), wasm);
        let text = wasm2wat(&wasm).unwrap();
        assert!(text.contains("(export \"f\" (func 0))"), "{text}");
        assert_eq!(wat2wasm(text.as_bytes()).unwrap(), wasm);
    }

    #[test]
    fn errors_tell_the_place() {
        let error = wat2wasm(b"(module\n  (func $f (call $g)))").unwrap_err();
        assert_eq!(error.kind, ErrorKind::Malformed);
        assert!(error.message.contains("2:18"), "{}", error.message);
        let error = wasm2wat(b"\0asm\x01\0\0\0\x01\x05").unwrap_err();
        assert_eq!(error.kind, ErrorKind::Malformed);
        assert!(error.message.contains("offset 0xa"), "{}", error.message);
    }
}
