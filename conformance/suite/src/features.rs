//! The proposals, and the search for the proposals that a module needs. The search validates the module with different
//! sets of proposals.

use anyhow::{Context, Result};
use std::collections::BTreeMap;
use wasmparser::{Validator, WasmFeatures};

/// The proposals, by the names of their repositories, from the newest to the oldest. If each of two proposals alone
/// makes a module valid, the search removes the newer proposal, so the module needs the older proposal.
const PROPOSALS: &[(&str, WasmFeatures)] = &[
    ("multibyte-array-access", WasmFeatures::MULTIBYTE_ARRAY_ACCESS),
    ("acquire-release-atomics", WasmFeatures::ACQUIRE_RELEASE_ATOMICS),
    ("compact-import-section", WasmFeatures::COMPACT_IMPORTS),
    ("custom-descriptors", WasmFeatures::CUSTOM_DESCRIPTORS),
    ("stack-switching", WasmFeatures::STACK_SWITCHING),
    ("shared-everything-threads", WasmFeatures::SHARED_EVERYTHING_THREADS),
    ("memory-control", WasmFeatures::MEMORY_CONTROL),
    ("legacy-exceptions", WasmFeatures::LEGACY_EXCEPTIONS),
    ("wide-arithmetic", WasmFeatures::WIDE_ARITHMETIC),
    ("custom-page-sizes", WasmFeatures::CUSTOM_PAGE_SIZES),
    ("threads", WasmFeatures::THREADS),
    ("gc", WasmFeatures::GC),
    ("exceptions", WasmFeatures::EXCEPTIONS),
    ("function-references", WasmFeatures::FUNCTION_REFERENCES),
    ("memory64", WasmFeatures::MEMORY64),
    ("multi-memory", WasmFeatures::MULTI_MEMORY),
    ("relaxed-simd", WasmFeatures::RELAXED_SIMD),
    ("tail-call", WasmFeatures::TAIL_CALL),
    ("extended-const", WasmFeatures::EXTENDED_CONST),
    ("simd", WasmFeatures::SIMD),
    ("reference-types", WasmFeatures::REFERENCE_TYPES),
    ("bulk-memory", WasmFeatures::BULK_MEMORY),
    ("multi-value", WasmFeatures::MULTI_VALUE),
    ("sign-extension-ops", WasmFeatures::SIGN_EXTENSION),
    ("nontrapping-float-to-int-conversions", WasmFeatures::SATURATING_FLOAT_TO_INT),
    ("mutable-global", WasmFeatures::MUTABLE_GLOBAL),
];

/// The message and offset of a validation error, or `None` for a valid module.
type Verdict = Option<(String, u64)>;

fn verdict(wasm: &[u8], features: WasmFeatures) -> Verdict {
    let error = Validator::new_with_features(features).validate_all(wasm).err()?;
    Some((error.message().to_owned(), error.offset()))
}

/// Returns the features of all proposals.
fn all_features() -> WasmFeatures {
    PROPOSALS.iter().fold(WasmFeatures::MVP, |set, (_, feature)| set | *feature)
}

/// Returns the fewest proposals that a module needs, and whether the module is valid with all proposals together.
///
/// A valid module needs the proposals that make the module valid. If the suite expects a valid module
/// (`expected_valid`) but the validator refuses the module, the result is the fewest proposals with which the validator
/// reports the same error as with all proposals. An invalid module needs the proposals with which the validator finds
/// the mistake that the test is about. With fewer proposals, the validator would only find an instruction of an unknown
/// proposal.
pub fn needs(wasm: &[u8], expected_valid: bool) -> (Vec<&'static str>, bool) {
    let valid = verdict(wasm, all_features()).is_none();
    let features = if verdict(wasm, WasmFeatures::MVP).is_none() {
        WasmFeatures::MVP
    } else if valid || expected_valid {
        fewest_features(wasm, all_features())
    } else {
        features_to_find_mistake(wasm)
    };
    let names = PROPOSALS.iter().filter(|(_, feature)| features.contains(*feature)).map(|(name, _)| *name);
    (names.collect(), valid)
}

/// Returns the fewest of the `features` with which the verdict of the validator is the same as with all `features`.
fn fewest_features(wasm: &[u8], mut features: WasmFeatures) -> WasmFeatures {
    let expected = verdict(wasm, features);
    for (_, feature) in PROPOSALS {
        if verdict(wasm, features & !*feature) == expected {
            features &= !*feature;
        }
    }
    features
}

/// Returns the proposals with which the validator finds the mistake in an invalid module.
///
/// An error of the validator can name a missing feature. The function adds the named features one after another. If the
/// error with the added features differs from the error with the features of the current standard, the function uses
/// the latter error, and returns the fewest features with which the validator reports this error.
fn features_to_find_mistake(wasm: &[u8]) -> WasmFeatures {
    let mut features = WasmFeatures::MVP;
    while let Err(error) = Validator::new_with_features(features).validate_all(wasm) {
        match error.missing_wasm_feature() {
            Some(missing) if !features.contains(missing) => features |= missing,
            _ => break,
        }
    }
    let standard = features | WasmFeatures::WASM3;
    if verdict(wasm, features) == verdict(wasm, standard) { features } else { fewest_features(wasm, standard) }
}

/// Returns the error from the validation of a module with all proposals, or `None` for a valid module.
pub fn validation_error(wasm: &[u8]) -> Option<String> {
    verdict(wasm, all_features()).map(|(message, offset)| format!("{message} (at offset {offset:#x})"))
}

/// Returns a module in hexadecimal for each proposal. The module needs the proposal. Leaves out proposals that the
/// parser of the text format does not support.
pub fn probes() -> Result<BTreeMap<&'static str, String>> {
    let mut probes = BTreeMap::new();
    for (name, text) in PROBES {
        let wasm = encode(text).with_context(|| format!("the probe of {name}"))?;
        probes.insert(*name, wasm.iter().map(|byte| format!("{byte:02x}")).collect());
    }
    Ok(probes)
}

fn encode(text: &str) -> Result<Vec<u8>> {
    let buffer = wast::parser::ParseBuffer::new(text)?;
    Ok(wast::parser::parse::<wast::Wat<'_>>(&buffer)?.encode()?)
}

/// A module in the text format for each proposal. The module is valid only with the proposal.
const PROBES: &[(&str, &str)] = &[
    ("mutable-global", r#"(module (global (export "g") (mut i32) (i32.const 0)))"#),
    ("nontrapping-float-to-int-conversions", "(module (func (drop (i32.trunc_sat_f32_s (f32.const 0)))))"),
    ("sign-extension-ops", "(module (func (drop (i32.extend8_s (i32.const 0)))))"),
    ("multi-value", "(module (func (result i32 i32) (i32.const 0) (i32.const 0)))"),
    ("bulk-memory", "(module (memory 1) (func (memory.fill (i32.const 0) (i32.const 0) (i32.const 0))))"),
    ("reference-types", "(module (func (drop (ref.null func))))"),
    ("simd", "(module (func (drop (v128.const i64x2 0 0))))"),
    ("extended-const", "(module (global i32 (i32.add (i32.const 1) (i32.const 1))))"),
    ("tail-call", "(module (func $f (return_call $f)))"),
    ("relaxed-simd", "(module (func (drop (i8x16.relaxed_swizzle (v128.const i64x2 0 0) (v128.const i64x2 0 0)))))"),
    ("multi-memory", "(module (memory 1) (memory 1))"),
    ("memory64", "(module (memory i64 1))"),
    ("function-references", "(module (type $t (func)) (func (param (ref null $t)) (call_ref $t (local.get 0))))"),
    ("exceptions", "(module (tag $t) (func (throw $t)))"),
    ("gc", "(module (type $t (struct (field i32))) (func (drop (struct.new_default $t))))"),
    ("threads", "(module (func (atomic.fence)))"),
    ("custom-page-sizes", "(module (memory 1 (pagesize 1)))"),
    ("wide-arithmetic", "(module (func (param i64) (i64.mul_wide_u (local.get 0) (local.get 0)) (drop) (drop)))"),
    ("stack-switching", "(module (type $f (func)) (type $c (cont $f)) (func (drop (ref.null $c))))"),
    ("custom-descriptors", "(module (rec (type $a (descriptor $b) (struct)) (type $b (describes $a) (struct))))"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_probe_needs_its_proposal() {
        for (name, text) in PROBES {
            let (found, valid) = needs(&encode(text).unwrap(), true);
            assert!(valid && found.contains(name), "{name}: {found:?}");
        }
    }

    #[test]
    fn an_invalid_module_needs_the_proposals_that_show_its_mistake() {
        let wasm = encode("(module (memory i64 1) (func (drop (i32.load (i32.const 0)))))").unwrap();
        assert_eq!(needs(&wasm, false), (vec!["memory64"], false));
        let wasm = encode("(module (func (result i32)))").unwrap();
        assert_eq!(needs(&wasm, false), (vec![], false));
    }
}
