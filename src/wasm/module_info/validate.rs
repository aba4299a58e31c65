//! The validation of a module, with errors that name missing features.

use crate::base::error::{Error, ErrorKind, Result, fail};
use wasmparser::{BinaryReaderError, Validator, WasmFeatures};

/// Validates `wasm` under `features`, the features of an engine. If the module is invalid only because of missing
/// features, the error names them.
///
/// `possible` are all features that the engine `engine` can be created with.
pub fn validate(wasm: &[u8], features: WasmFeatures, possible: WasmFeatures, engine: &str) -> Result<()> {
    let Err(error) = Validator::new_with_features(features).validate_all(wasm) else { return Ok(()) };
    if !wasm.starts_with(b"\0asm") {
        let offset = error.offset();
        fail!(Malformed, "not a WebAssembly module: it does not begin with the bytes `\\0asm` (at offset {offset:#x})");
    }
    if is_valid(wasm, all_features()) {
        if is_valid(wasm, possible | features) {
            let missing = missing_features(wasm, features).join(", ");
            fail!(Malformed, "the engine was made without {missing}, which the module needs: {}", describe(&error));
        }
        let missing = missing_features(wasm, possible | features).join(", ");
        fail!(Malformed, "the engine `{engine}` does not support {missing}: {}", describe(&error));
    }
    Err(malformed(error))
}

/// Returns all features of core modules.
fn all_features() -> WasmFeatures {
    WasmFeatures::all() & !WasmFeatures::COMPONENT_MODEL
}

fn is_valid(wasm: &[u8], features: WasmFeatures) -> bool {
    Validator::new_with_features(features).validate_all(wasm).is_ok()
}

/// Returns the names of the features that a module needs in addition to `features`. None of them can be left out.
fn missing_features(wasm: &[u8], features: WasmFeatures) -> Vec<String> {
    let mut needed = all_features();
    for (_, feature) in (WasmFeatures::all() & !features).iter_names() {
        let fewer = needed & !feature;
        if is_valid(wasm, fewer | features) {
            needed = fewer;
        }
    }
    let name = |(name, _): (&str, WasmFeatures)| format!("`{}`", name.to_lowercase().replace('_', "-"));
    (needed & !features).iter_names().map(name).collect()
}

fn describe(error: &BinaryReaderError) -> String {
    format!("{} (at offset {:#x})", error.message(), error.offset())
}

/// Converts an error of the parser.
pub fn malformed(error: BinaryReaderError) -> Error {
    Error::new(ErrorKind::Malformed, describe(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the error for a module in the text format, on an engine `x` with WebAssembly 2.0.
    fn error(source: &str, possible: WasmFeatures) -> String {
        let wasm = wat::parse_str(source).unwrap();
        validate(&wasm, WasmFeatures::WASM2, possible, "x").unwrap_err().message
    }

    #[test]
    fn a_feature_that_the_engine_lacks_is_named() {
        let message = error("(module (memory i64 1))", WasmFeatures::WASM2);
        assert!(message.starts_with("the engine `x` does not support `memory64`: "), "{message}");
    }

    #[test]
    fn a_feature_that_the_engine_could_have_is_named() {
        let message = error("(module (memory i64 1))", WasmFeatures::WASM2 | WasmFeatures::MEMORY64);
        let start = "the engine was made without `memory64`, which the module needs: ";
        assert!(message.starts_with(start), "{message}");
    }

    #[test]
    fn only_needed_features_are_named() {
        let message = error("(module (memory i64 1) (tag))", WasmFeatures::WASM2 | WasmFeatures::MEMORY64);
        assert!(message.starts_with("the engine `x` does not support `exceptions`: "), "{message}");
    }

    #[test]
    fn an_invalid_module_has_the_error_of_the_validator() {
        let wasm = wat::parse_str("(module (func (result i32)))").unwrap();
        let error = validate(&wasm, WasmFeatures::WASM2, WasmFeatures::WASM2, "x").unwrap_err();
        assert_eq!(error.kind, ErrorKind::Malformed);
        assert!(error.message.starts_with("type mismatch: "), "{}", error.message);
        let error = validate(b"text", WasmFeatures::WASM2, WasmFeatures::WASM2, "x").unwrap_err();
        assert!(error.message.starts_with("not a WebAssembly module: "), "{}", error.message);
    }
}
