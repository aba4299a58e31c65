//! The validation of modules. If a module needs features that the engine lacks, the error names the features.

use crate::base::error::{Error, ErrorKind, Frame, Result, fail};
use wasmparser::{BinaryReaderError, KnownCustom, Name, Parser, Payload, TypeRef, Validator, WasmFeatures};

/// Checks that the module `wasm` is valid with `features`, the features of the engine object. If the module is invalid
/// only because features are missing, the error names these features. If a function is invalid, the error has a frame
/// for the function.
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
            let disabled_features = missing_features(wasm, features).join(", ");
            return Err(Error { disabled_features, ..invalid_error(wasm, error) });
        }
        let missing = missing_features(wasm, supported | features).join(", ");
        fail!(Malformed, "the engine `{engine}` does not support {missing}: {}", describe(&error));
    }
    Err(invalid_error(wasm, error))
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
