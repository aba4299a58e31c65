//! Modules with a deferred start function.
//!
//! An engine calls the start function during instantiation, before the host can get the exports of the instance. Host
//! functions that use the memory of the calling instance, such as those of WASI, need these exports. The functions here
//! therefore remove the start section and add the start function to the exports, so that the host can call the function
//! after instantiation.
//!
//! The order of events stays the same: the call of the start function is the last step of instantiation (core spec,
//! "Instantiation").

use crate::base::error::{Error, ErrorKind, Result};
use crate::wasm::binary::{leb128, section};
use wasmparser::{BinaryReaderError, Export, ExternalKind, Parser, Payload};

/// Returns the valid module `wasm` with its start function as the last export instead. Returns a module without a start
/// function unchanged.
///
/// The new export has an empty name if no other export has it. It then takes as many bytes as the start section did,
/// and the offsets of all code, which traps contain, stay the same. The offsets change if the module has no exports,
/// has an export with an empty name, or has so many exports that their count takes one byte more.
pub fn deferred(wasm: &[u8]) -> Result<Vec<u8>> {
    rewrite(wasm).map_err(|error| Error::new(ErrorKind::Malformed, error.to_string()))
}

fn rewrite(wasm: &[u8]) -> std::result::Result<Vec<u8>, BinaryReaderError> {
    let (mut start, mut exports, mut export_section) = (None, Vec::new(), None);
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::StartSection { func, .. } => start = Some(func),
            Payload::ExportSection(reader) => {
                export_section = Some(reader.range());
                exports = reader.into_iter().collect::<std::result::Result<_, _>>()?;
            }
            _ => {}
        }
    }
    let Some(func) = start else { return Ok(wasm.to_vec()) };
    let name = unused_name(&exports);
    let added = Export { name: &name, kind: ExternalKind::Func, index: func };
    let mut contents = Vec::new();
    leb128(&mut contents, exports.len() + 1);
    if let Some(range) = export_section {
        // Skips the number of exports. Its encoding can be longer than necessary.
        let count_len = wasm[range.clone()].iter().take_while(|byte| **byte & 0x80 != 0).count() + 1;
        contents.extend_from_slice(&wasm[range.start + count_len..range.end]);
    }
    leb128(&mut contents, added.name.len());
    contents.extend_from_slice(added.name.as_bytes());
    // The kind of the export: a function.
    contents.push(0);
    leb128(&mut contents, added.index as usize);
    assemble(wasm, &contents)
}

/// Returns the module with `exports` as the contents of its export section, and without a start section.
fn assemble(wasm: &[u8], exports: &[u8]) -> std::result::Result<Vec<u8>, BinaryReaderError> {
    const EXPORT: u8 = 7;
    const START: u8 = 8;
    let mut out = wasm[..8].to_vec();
    let mut written = false;
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload?;
        match payload.as_section() {
            // The start section directly follows the export section. In a module without exports, it is replaced by the
            // new export section.
            Some((EXPORT | START, _)) if written => {}
            Some((EXPORT | START, _)) => {
                section(&mut out, EXPORT, exports);
                written = true;
            }
            Some((id, range)) => section(&mut out, id, &wasm[range]),
            None => {}
        }
    }
    Ok(out)
}

/// Returns the shortest name, of `~` only, that no export has.
fn unused_name(exports: &[Export<'_>]) -> String {
    (0..)
        .map(|length| "~".repeat(length))
        .find(|name| exports.iter().all(|export| export.name != name))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wasm::module_info::{self, ModuleInfo};
    use wasmparser::WasmFeatures;

    /// Returns the descriptions of a module and of its deferred form, which must be valid.
    fn check(source: &str) -> (ModuleInfo, ModuleInfo) {
        let wasm = wat::parse_str(source).unwrap();
        let rewritten = deferred(&wasm).unwrap();
        module_info::validate(&rewritten, WasmFeatures::default(), WasmFeatures::default(), "x").unwrap();
        (ModuleInfo::parse(&wasm).unwrap(), ModuleInfo::parse(&rewritten).unwrap())
    }

    #[test]
    fn the_start_function_is_the_last_export_and_code_stays_where_it_is() {
        let (before, after) = check(
            r#"(module (import "a" "b" (func)) (table 1 funcref) (memory (export "m") 1) (start $s)
                 (func $s unreachable) (func (export "f")) (elem (i32.const 0) $s) (data (i32.const 0) "x"))"#,
        );
        assert!(before.has_start && !after.has_start);
        let names: Vec<_> = after.exports.iter().map(|export| export.name.as_str()).collect();
        assert_eq!(names, ["m", "f", ""]);
        for offset in 0..200 {
            assert_eq!(before.may_contain(1, offset), after.may_contain(1, offset), "{offset}");
        }
    }

    #[test]
    fn other_places_of_the_start_section() {
        let (_, after) = check(r#"(module (start 0) (func (export "")) (func (export "~")))"#);
        assert_eq!(after.exports[2].name, "~~");
        let (_, after) = check("(module (func) (start 0))");
        assert_eq!((after.has_start, after.exports.len()), (false, 1));
        let (_, after) = check(r#"(module (func) (memory 1) (@custom "last" "x") (start 0) (data (i32.const 0) "x"))"#);
        assert_eq!((after.has_start, after.exports.len(), after.custom_sections.len()), (false, 1, 1));
        let (_, after) = check(r#"(module (func (export "f")))"#);
        assert_eq!(after.exports.len(), 1);
        let many: String = (0..127).map(|index| format!(r#"(export "{index}" (func 0))"#)).collect();
        let (_, after) = check(&format!("(module (func) {many} (start 0))"));
        assert_eq!((after.has_start, after.exports.len()), (false, 128));
    }
}
