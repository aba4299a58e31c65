//! The validation of modules. If a module needs features that the engine lacks, the error names the features.

use crate::base::error::{Error, ErrorKind, Result, fail};
use crate::wasm::complexity::{Counts, count_function};
use crate::wasm::module_info::reader::Parsed;
use wasmparser::{
    BinaryReaderError, FuncToValidate, FuncValidatorAllocations, FunctionBody, Parser, ValidPayload, Validator,
    ValidatorResources, WasmFeatures,
};

/// Checks that the module `wasm` is valid with `features`, the features of the engine object, and returns the module's
/// counts. If the module is invalid only because features are missing, the error names these features.
///
/// `supported` are all features that the engine supports, including the features that the engine object was created
/// without. `engine` is the name of the engine.
pub fn validate(wasm: &[u8], features: WasmFeatures, supported: WasmFeatures, engine: &str) -> Result<Counts> {
    let error = match check(wasm, features) {
        Ok(counts) => return Ok(counts),
        Err(error) => error,
    };
    check_magic(wasm, &error)?;
    let Some(unsupported) = missing_features(wasm, supported | features, all_features()) else {
        return Err(malformed_error(error));
    };
    if !unsupported.is_empty() {
        let names = feature_names(unsupported);
        fail!(Malformed, "the engine `{engine}` does not support {names}: {}", describe(&error));
    }
    let names = feature_names(missing_features(wasm, features, supported).unwrap_or(supported & !features));
    fail!(Malformed, "the engine was made without {names}, which the module needs: {}", describe(&error));
}

/// Checks that everything but the code of functions is valid in the module `wasm`. The module may use all features.
pub fn validate_sections(wasm: &[u8]) -> Result<()> {
    match check_sections(wasm, all_features()) {
        Ok(_) => Ok(()),
        Err(error) => {
            check_magic(wasm, &error)?;
            Err(malformed_error(error))
        }
    }
}

/// Fails with a special message if the bytes are not a module at all. `error` is the error of the validator.
fn check_magic(wasm: &[u8], error: &BinaryReaderError) -> Result<()> {
    if !wasm.starts_with(b"\0asm") {
        let offset = error.offset();
        fail!(Malformed, "not a WebAssembly module: it does not begin with the bytes `\\0asm` (at offset {offset:#x})");
    }
    Ok(())
}

/// Returns all features that a core module can need.
fn all_features() -> WasmFeatures {
    WasmFeatures::all() & !WasmFeatures::COMPONENT_MODEL
}

/// The functions of a module whose code has not been validated yet, and the counts of everything else.
type Sections<'a> = (Vec<(FuncToValidate<ValidatorResources>, FunctionBody<'a>)>, Counts);

/// Validates everything but the code of functions.
fn check_sections(wasm: &[u8], features: WasmFeatures) -> Parsed<Sections<'_>> {
    let (mut functions, mut counts) = (Vec::new(), Counts::default());
    let mut validator = Validator::new_with_features(features);
    let mut parser = Parser::new(0);
    parser.set_features(features);
    for payload in parser.parse_all(wasm) {
        let payload = payload?;
        if let ValidPayload::Func(function, body) = validator.payload(&payload)? {
            functions.push((function, body));
        }
        counts.add_section(&payload)?;
    }
    Ok((functions, counts))
}

/// Validates a module and returns its counts.
fn check(wasm: &[u8], features: WasmFeatures) -> Parsed<Counts> {
    let (functions, mut counts) = check_sections(wasm, features)?;
    let mut allocations = FuncValidatorAllocations::default();
    for (function, body) in functions {
        let mut validator = function.into_validator(allocations);
        counts.add_function(&count_function(&mut validator, &body)?);
        allocations = validator.into_allocations();
    }
    Ok(counts)
}

/// Returns the features of `universe` that a module needs in addition to `features`. The module needs each of them.
/// Returns `None` if the module is invalid with all features of `universe`.
fn missing_features(wasm: &[u8], features: WasmFeatures, universe: WasmFeatures) -> Option<WasmFeatures> {
    let mut missing = WasmFeatures::empty();
    // Each error usually names one feature, so that most modules are validated only a few times.
    while let Err(error) = check(wasm, features | missing) {
        let named = named_feature(&error) & universe & !(features | missing);
        if named.is_empty() {
            missing = universe & !features;
            check(wasm, features | missing).ok()?;
            break;
        }
        missing |= named;
    }
    // A single feature is needed, because the module is invalid without it.
    if missing.iter_names().count() > 1 {
        for (_, feature) in missing.iter_names() {
            if check(wasm, features | (missing & !feature)).is_ok() {
                missing &= !feature;
            }
        }
    }
    Some(missing)
}

/// Returns the feature that an error asks for. Returns no feature if the error has another reason.
fn named_feature(error: &BinaryReaderError) -> WasmFeatures {
    match error.missing_wasm_feature() {
        // A part of a proposal, which can only be switched together with the rest of the proposal.
        Some(WasmFeatures::BULK_MEMORY_OPT) => WasmFeatures::BULK_MEMORY,
        Some(WasmFeatures::CALL_INDIRECT_OVERLONG) => WasmFeatures::REFERENCE_TYPES,
        Some(feature) => feature,
        None => WasmFeatures::empty(),
    }
}

/// Returns the names of features, separated by commas.
fn feature_names(features: WasmFeatures) -> String {
    let names = features.iter_names().map(|(name, _)| format!("`{}`", name.to_lowercase().replace('_', "-")));
    names.collect::<Vec<_>>().join(", ")
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
    fn only_features_that_the_engine_lacks_are_named() {
        let message = error("(module (memory i64 1) (tag))", WasmFeatures::WASM2 | WasmFeatures::MEMORY64);
        assert!(message.starts_with("the engine `x` does not support `exceptions`: "), "{message}");
    }

    #[test]
    fn all_missing_features_are_named() {
        let message = error("(module (memory i64 1) (tag))", WasmFeatures::WASM2);
        assert!(message.starts_with("the engine `x` does not support `exceptions`, `memory64`: "), "{message}");
        let supported = WasmFeatures::WASM2 | WasmFeatures::MEMORY64 | WasmFeatures::EXCEPTIONS;
        let message = error("(module (memory i64 1) (tag))", supported);
        assert!(message.starts_with("the engine was made without `exceptions`, `memory64`, which"), "{message}");
    }

    #[test]
    fn features_are_named_that_the_validator_does_not_name() {
        // Without the feature, the validator reads the second byte of the memory index as an invalid number.
        for (source, feature) in [
            ("(module (memory 1) (memory 1) (func (drop (memory.size 1))))", "multi-memory"),
            ("(module (global i32 (i32.add (i32.const 1) (i32.const 2))))", "extended-const"),
            ("(module (rec (type (struct)) (type (array i32))))", "gc"),
            ("(module (memory 1) (func (memory.fill (i32.const 0) (i32.const 0) (i32.const 0))))", "bulk-memory"),
        ] {
            let wasm = wat::parse_str(source).unwrap();
            let features = WasmFeatures::WASM2 & !WasmFeatures::BULK_MEMORY;
            let message = validate(&wasm, features, features, "x").unwrap_err().message;
            assert!(message.starts_with(&format!("the engine `x` does not support `{feature}`: ")), "{message}");
        }
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
