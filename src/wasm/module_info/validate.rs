//! The validation of modules. If a module needs features that the engine lacks, the error names the features.

use crate::base::error::{Error, ErrorKind, Frame, Result, fail};
use crate::wasm::complexity::{Counts, count_function};
use crate::wasm::module_info::reader::Parsed;
use wasmparser::{
    BinaryReaderError, FuncToValidate, FuncValidatorAllocations, FunctionBody, KnownCustom, Name, Parser, Payload,
    TypeRef, ValidPayload, Validator, ValidatorResources, WasmFeatures,
};

/// Checks that the module `wasm` is valid with `features`, the features of the engine object, and returns what the
/// validation has found. If the module is invalid only because features are missing, the error names these features. If a function is
/// invalid, the error has a frame for the function.
///
/// `supported` are all features that the engine supports, including the features that the engine object was created
/// without. `engine` is the name of the engine.
pub fn validate(wasm: &[u8], features: WasmFeatures, supported: WasmFeatures, engine: &str) -> Result<Findings> {
    let error = match check(wasm, features) {
        Ok(findings) => return Ok(findings),
        Err(error) => error,
    };
    check_magic(wasm, &error)?;
    let Some(unsupported) = missing_features(wasm, supported | features, all_features()) else {
        return Err(invalid_error(wasm, error));
    };
    if !unsupported.is_empty() {
        let names = feature_names(unsupported);
        fail!(Malformed, "the engine `{engine}` does not support {names}: {}", describe(&error));
    }
    let missing = missing_features(wasm, features, supported).unwrap_or(supported & !features);
    Err(Error { disabled_features: feature_names(missing), ..invalid_error(wasm, error) })
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

/// Converts the error of the validator for a module.
fn invalid_error(wasm: &[u8], error: BinaryReaderError) -> Error {
    let frames = function_at(wasm, error.offset()).into_iter().collect();
    Error { frames, ..malformed_error(error) }
}

/// Returns a frame for the function whose body contains the offset `module_offset`. Returns `None` if the offset is
/// outside the functions.
fn function_at(wasm: &[u8], module_offset: usize) -> Option<Frame> {
    let (mut func_index, mut found, mut func_name) = (0, None, None);
    // The loop ends at the first part of the module that cannot be parsed.
    for payload in Parser::new(0).parse_all(wasm).map_while(std::result::Result::ok) {
        match payload {
            Payload::ImportSection(section) => {
                let imports = section.into_imports().map_while(std::result::Result::ok);
                let is_func = |ty: &TypeRef| matches!(ty, TypeRef::Func(_) | TypeRef::FuncExact(_));
                func_index += imports.filter(|import| is_func(&import.ty)).count() as u32;
            }
            Payload::CodeSectionEntry(body) => {
                if body.range().contains(&module_offset) {
                    found = Some((func_index, module_offset - body.range().start));
                }
                func_index += 1;
            }
            Payload::CustomSection(section) => {
                let KnownCustom::Name(names) = section.as_known() else { continue };
                for subsection in names.into_iter().map_while(std::result::Result::ok) {
                    if let (Name::Function(map), Some((index, _))) = (subsection, found) {
                        let mut namings = map.into_iter().map_while(std::result::Result::ok);
                        func_name = namings.find(|naming| naming.index == index).map(|naming| naming.name.to_owned());
                    }
                }
            }
            _ => {}
        }
    }
    found.map(|(func_index, func_offset)| Frame {
        func_index,
        func_offset,
        module_offset,
        func_name,
        module_name: None,
        has_debug_info: false,
    })
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

/// What the validation of a module finds besides errors.
#[derive(Debug)]
pub struct Findings {
    /// The module's complexity.
    pub counts: Counts,
    /// The functions with instructions that an engine may need to be rewritten, as positions in the code section.
    pub rewritable: Vec<usize>,
}

/// Validates a module.
fn check(wasm: &[u8], features: WasmFeatures) -> Parsed<Findings> {
    let (functions, mut counts) = check_sections(wasm, features)?;
    let mut rewritable = Vec::new();
    let mut allocations = FuncValidatorAllocations::default();
    for (position, (function, body)) in functions.into_iter().enumerate() {
        let mut validator = function.into_validator(allocations);
        let counter = count_function(&mut validator, &body)?;
        counts.add_function(&counter);
        if counter.may_be_rewritten {
            rewritable.push(position);
        }
        allocations = validator.into_allocations();
    }
    Ok(Findings { counts, rewritable })
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
        let wasm = wat::parse_str("(module (memory i64 1))").unwrap();
        let supported = WasmFeatures::WASM2 | WasmFeatures::MEMORY64;
        let error = validate(&wasm, WasmFeatures::WASM2, supported, "x").unwrap_err();
        assert_eq!(error.disabled_features, "`memory64`");
        assert!(error.message.starts_with("memory64 must be enabled for 64-bit memories"), "{}", error.message);
        assert!(error.frames.is_empty());
    }

    #[test]
    fn an_invalid_function_is_found() {
        let source = r#"(module (import "" "" (func)) (func $good) (func $bad (result i32)))"#;
        let wasm = wat::parse_str(source).unwrap();
        let error = validate(&wasm, WasmFeatures::WASM2, WasmFeatures::WASM2, "x").unwrap_err();
        let [frame] = &error.frames[..] else { panic!("{:?}", error.frames) };
        assert_eq!((frame.func_index, frame.func_name.as_deref()), (2, Some("bad")));
        assert!(error.message.ends_with(&format!("(at offset {:#x})", frame.module_offset)), "{}", error.message);
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
        let wasm = wat::parse_str("(module (memory i64 1) (tag))").unwrap();
        let error = validate(&wasm, WasmFeatures::WASM2, supported, "x").unwrap_err();
        assert_eq!(error.disabled_features, "`exceptions`, `memory64`");
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
