//! The validation of modules. If a module needs features that the engine lacks, the error names the features.

use crate::base::error::{Error, ErrorKind, Result, fail};
use wasmparser::{BinaryReaderError, Validator, WasmFeatures};

/// Checks that the module `wasm` is valid with `features`, the features of the engine object. If the module is invalid
/// only because features are missing, the error names these features.
///
/// `supported` are all features that the engine supports, including the features that the engine object was created
/// without. `engine` is the name of the engine.
pub fn validate(wasm: &[u8], features: WasmFeatures, supported: WasmFeatures, engine: &str) -> Result<()> {
    let Err(error) = Validator::new_with_features(features).validate_all(wasm) else { return Ok(()) };
    if !wasm.starts_with(b"\0asm") {
        let offset = error.offset();
        fail!(Malformed, "not a WebAssembly module: it does not begin with the bytes `\\0asm` (at offset {offset:#x})");
    }
    if is_valid(wasm, all_features()) {
        if is_valid(wasm, supported | features) {
            let missing = missing_features(wasm, features).join(", ");
            fail!(Malformed, "the engine was made without {missing}, which the module needs: {}", describe(&error));
        }
        let missing = missing_features(wasm, supported | features).join(", ");
        fail!(Malformed, "the engine `{engine}` does not support {missing}: {}", describe(&error));
    }
    Err(malformed_error(error))
}

/// Returns all features that a core module can need.
fn all_features() -> WasmFeatures {
    WasmFeatures::all() & !WasmFeatures::COMPONENT_MODEL
}

fn is_valid(wasm: &[u8], features: WasmFeatures) -> bool {
    Validator::new_with_features(features).validate_all(wasm).is_ok()
}

/// Returns the names of the features that a module needs in addition to `features`. The module needs each of them.
fn missing_features(wasm: &[u8], features: WasmFeatures) -> Vec<String> {
    let mut needed = all_features();
    for (_, feature) in (WasmFeatures::all() & !features).iter_names() {
        let without_feature = needed & !feature;
        if is_valid(wasm, without_feature | features) {
            needed = without_feature;
        }
    }
    let quoted_name = |(name, _): (&str, WasmFeatures)| format!("`{}`", name.to_lowercase().replace('_', "-"));
    (needed & !features).iter_names().map(quoted_name).collect()
}

/// Returns the message of an error with its offset in the module.
fn describe(error: &BinaryReaderError) -> String {
    format!("{} (at offset {:#x})", error.message(), error.offset())
}

/// Converts an error of wasmparser to an error of the kind `Malformed`.
pub fn malformed_error(error: BinaryReaderError) -> Error {
    Error::new(ErrorKind::Malformed, describe(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Validates a module in the text format and returns the error message. The engine `x` has the features of
    /// WebAssembly 2.0, and supports the features `supported`.
    fn error(source: &str, supported: WasmFeatures) -> String {
        let wasm = wat::parse_str(source).unwrap();
        validate(&wasm, WasmFeatures::WASM2, supported, "x").unwrap_err().message
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
