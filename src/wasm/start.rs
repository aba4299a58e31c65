//! Defers the start function of a module: the host, not the engine, calls it after the instantiation.
//!
//! An engine calls the start function during instantiation, before the host can get the exports of the instance. Some
//! host functions need these exports: the system calls of WASI use the exported memory. [`defer_start`] therefore
//! removes the start section from a module and adds the start function to the exports. The host then calls the start
//! function after the instantiation.
//!
//! The order of the steps does not change, because the call of the start function is the last step of an instantiation
//! (core spec, "Instantiation").

use crate::base::error::{Error, ErrorKind, Result};
use crate::wasm::binary::{push_leb128, push_section};
use std::collections::HashSet;
use wasmparser::{BinaryReaderError, Export, ExternalKind, Parser, Payload};

/// Returns a copy of the valid module `wasm` without a start section. The last export of the copy is the start
/// function. If the module has no start function, the copy is identical.
///
/// The new export has an empty name if no other export has an empty name. The export then takes as many bytes as the
/// start section, so the offsets of all code stay the same. Traps report these offsets. The offsets of the code change
/// in three cases: the module has no exports, an export has an empty name, or the new number of exports takes one more
/// byte.
pub fn defer_start(wasm: &[u8]) -> Result<Vec<u8>> {
    rewrite(wasm).map_err(|error| Error::new(ErrorKind::Malformed, error.to_string()))
}

/// The code of a function in an export.
const FUNC_EXPORT: u8 = 0;

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
    let start_export = Export { name: &name, kind: ExternalKind::Func, index: func };
    let mut contents = Vec::new();
    push_leb128(&mut contents, exports.len() + 1);
    if let Some(range) = export_section {
        // Skips the number of exports. The length is counted, because an encoder may use more bytes than necessary.
        let count_len = wasm[range.clone()].iter().take_while(|byte| **byte & 0x80 != 0).count() + 1;
        contents.extend_from_slice(&wasm[range.start + count_len..range.end]);
    }
    push_leb128(&mut contents, start_export.name.len());
    contents.extend_from_slice(start_export.name.as_bytes());
    contents.push(FUNC_EXPORT);
    push_leb128(&mut contents, start_export.index as usize);
    with_exports(wasm, &contents)
}

/// Returns a copy of the module `wasm` without a start section. `exports` are the contents of its export section.
fn with_exports(wasm: &[u8], exports: &[u8]) -> std::result::Result<Vec<u8>, BinaryReaderError> {
    const EXPORT_SECTION: u8 = 7;
    const START_SECTION: u8 = 8;
    let mut out = wasm[..8].to_vec();
    let mut written = false;
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload?;
        match payload.as_section() {
            // The new export section replaces the old export section or, if the module has no exports, the start
            // section. That is a valid place, because the start section directly follows the export section.
            Some((EXPORT_SECTION | START_SECTION, _)) if written => {}
            Some((EXPORT_SECTION | START_SECTION, _)) => {
                push_section(&mut out, EXPORT_SECTION, exports);
                written = true;
            }
            Some((id, range)) => push_section(&mut out, id, &wasm[range]),
            None => {}
        }
    }
    Ok(out)
}

/// Returns the shortest name that no export has. The name is empty or consists of the character `~`.
fn unused_name(exports: &[Export<'_>]) -> String {
    // A set, because a module with many exports may have many of these names.
    let names: HashSet<_> = exports.iter().map(|export| export.name).collect();
    (0..).map(|length| "~".repeat(length)).find(|name| !names.contains(name.as_str())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wasm::module_info::{self, ModuleInfo};
    use wasmparser::WasmFeatures;

    /// Defers the start function of a module, and checks that the new module is valid. Returns the descriptions of the
    /// old module and of the new module.
    fn defer(source: &str) -> (ModuleInfo, ModuleInfo) {
        let wasm = wat::parse_str(source).unwrap();
        let rewritten = defer_start(&wasm).unwrap();
        let features = WasmFeatures::default();
        module_info::validate(&rewritten, features, features, "name of an engine").unwrap();
        (ModuleInfo::parse(&wasm).unwrap(), ModuleInfo::parse(&rewritten).unwrap())
    }

    #[test]
    fn the_start_function_is_the_last_export_and_code_stays_where_it_is() {
        let (before, after) = defer(
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
        let (_, after) = defer(r#"(module (start 0) (func (export "")) (func (export "~")))"#);
        assert_eq!(after.exports[2].name, "~~");
        let (_, after) = defer("(module (func) (start 0))");
        assert_eq!((after.has_start, after.exports.len()), (false, 1));
        let (_, after) = defer(r#"(module (func) (memory 1) (@custom "last" "x") (start 0) (data (i32.const 0) "x"))"#);
        assert_eq!((after.has_start, after.exports.len(), after.custom_sections.len()), (false, 1, 1));
        let (_, after) = defer(r#"(module (func (export "f")))"#);
        assert_eq!(after.exports.len(), 1);
        let many: String = (0..127).map(|index| format!(r#"(export "{index}" (func 0))"#)).collect();
        let (_, after) = defer(&format!("(module (func) {many} (start 0))"));
        assert_eq!((after.has_start, after.exports.len()), (false, 128));
    }
}
