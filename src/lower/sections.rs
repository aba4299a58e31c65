//! Writes a module anew, with additions to some sections and with changed function bodies.

use crate::base::types::{TableType, ValType};
use crate::lower::Lowered;
use crate::lower::growth::Guards;
use crate::wasm::binary::{push_leb128, push_section};
use crate::wasm::offsets::OffsetMap;
use std::ops::Range;
use wasmparser::{BinaryReaderError, FunctionBody, Parser, Payload};

/// The ids of sections (core spec, "Modules").
mod id {
    pub const CUSTOM: u8 = 0;
    pub const TYPE: u8 = 1;
    pub const IMPORT: u8 = 2;
    pub const FUNCTION: u8 = 3;
    pub const TABLE: u8 = 4;
    pub const GLOBAL: u8 = 6;
    pub const EXPORT: u8 = 7;
    pub const START: u8 = 8;
    pub const ELEMENT: u8 = 9;
    pub const CODE: u8 = 10;
    pub const DATA_COUNT: u8 = 12;
}

/// Returns the module with these tables as additional imports instead of its own first tables, and with these guards.
pub fn rewrite(wasm: &[u8], tables: &[TableType], guards: Option<&Guards>) -> Result<Lowered, BinaryReaderError> {
    let mut out = wasm[..8].to_vec();
    let mut offsets = OffsetMap::default();
    let added = guards.map_or(0, Guards::count);
    let mut has_imports = tables.is_empty();
    let mut global = guards.and_then(Guards::global);
    let mut bodies = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload?;
        // The global section precedes these sections.
        if let Some((id::EXPORT | id::START | id::ELEMENT | id::DATA_COUNT | id::CODE, _)) = payload.as_section()
            && let Some(global) = global.take()
        {
            push_section(&mut out, id::GLOBAL, &with_count(1, &global));
        }
        match payload {
            Payload::CodeSectionStart { .. } => continue,
            Payload::CodeSectionEntry(body) => {
                bodies.push(body);
                continue;
            }
            _ => {}
        }
        if !bodies.is_empty() {
            write_code(&mut out, wasm, &bodies, guards, &mut offsets)?;
            bodies.clear();
        }
        let Some((section, range)) = payload.as_section() else { continue };
        // The import section follows the type section.
        if !has_imports && !matches!(section, id::CUSTOM | id::TYPE) {
            let old = if section == id::IMPORT { range.clone() } else { 0..0 };
            push_section(&mut out, id::IMPORT, &append(wasm, old, tables.len(), &imports(tables)));
            has_imports = true;
            if section == id::IMPORT {
                continue;
            }
        }
        let contents = match (section, guards) {
            (id::TYPE, Some(guards)) => append(wasm, range, added, &guards.types()),
            (id::FUNCTION, Some(guards)) => append(wasm, range, added, &guards.type_indices()),
            (id::GLOBAL, _) if global.is_some() => append(wasm, range, 1, &global.take().unwrap_or_default()),
            (id::TABLE, _) if !tables.is_empty() => {
                let Payload::TableSection(section) = payload else { continue };
                let left = section.count() as usize - tables.len();
                let end = section.range().end;
                let entries = section.into_iter_with_offsets().collect::<Result<Vec<_>, _>>()?;
                let Some((start, _)) = entries.get(tables.len()) else { continue };
                with_count(left, &wasm[*start..end])
            }
            _ => wasm[range].to_vec(),
        };
        push_section(&mut out, section, &contents);
    }
    Ok(Lowered { wasm: out, offsets })
}

/// Returns the contents of a section with more entries. `old` is the range of the contents in the module; it is empty if
/// the module does not have the section.
fn append(wasm: &[u8], old: Range<usize>, added: usize, entries: &[u8]) -> Vec<u8> {
    let (mut count, mut old) = (0, &wasm[old]);
    for shift in (0..).step_by(7) {
        let Some((byte, tail)) = old.split_first() else { break };
        old = tail;
        count |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            break;
        }
    }
    with_count(count + added, &[old, entries].concat())
}

fn with_count(count: usize, entries: &[u8]) -> Vec<u8> {
    let mut contents = Vec::with_capacity(entries.len() + 5);
    push_leb128(&mut contents, count);
    contents.extend_from_slice(entries);
    contents
}

/// Returns imports of these tables, without names. The engine never shows the names, because the host passes the right
/// objects.
fn imports(tables: &[TableType]) -> Vec<u8> {
    const TABLE: u8 = 1;
    const FUNCREF: u8 = 0x70;
    const EXTERNREF: u8 = 0x6f;
    let mut out = Vec::new();
    for ty in tables {
        let element = if ty.element == ValType::ExternRef { EXTERNREF } else { FUNCREF };
        out.extend([0, 0, TABLE, element, u8::from(ty.limits.max.is_some())]);
        push_leb128(&mut out, ty.limits.min as usize);
        ty.limits.max.into_iter().for_each(|max| push_leb128(&mut out, max as usize));
    }
    out
}

/// Writes the code section, and records where each function came to lie.
fn write_code(
    out: &mut Vec<u8>,
    wasm: &[u8],
    bodies: &[FunctionBody<'_>],
    guards: Option<&Guards>,
    offsets: &mut OffsetMap,
) -> Result<(), BinaryReaderError> {
    let mut contents = Vec::new();
    // Offsets from the start of the contents; the place of the contents is known only when their size is.
    let mut places = Vec::new();
    push_leb128(&mut contents, bodies.len() + guards.map_or(0, Guards::count));
    for (position, body) in bodies.iter().enumerate() {
        let range = body.range();
        match guards.filter(|guards| guards.changes(position)) {
            None => {
                push_leb128(&mut contents, range.len());
                places.push((contents.len(), range.start));
                contents.extend_from_slice(&wasm[range]);
            }
            Some(guards) => {
                let (code, moved) = changed_body(wasm, body, guards)?;
                push_leb128(&mut contents, code.len());
                places.extend(moved.iter().map(|(new, original)| (contents.len() + new, *original)));
                contents.extend_from_slice(&code);
            }
        }
    }
    for body in guards.into_iter().flat_map(Guards::bodies) {
        push_leb128(&mut contents, body.len());
        contents.extend_from_slice(&body);
    }
    push_section(out, id::CODE, &contents);
    let start = out.len() - contents.len();
    places.into_iter().for_each(|(new, original)| offsets.add(start + new, original));
    Ok(())
}

/// Where code came from: pairs of an offset in the new code, and the offset in the original module.
type Places = Vec<(usize, usize)>;

/// Returns a changed function body, and where its instructions came from: the offset in the new body, and the offset in
/// the original module.
fn changed_body(wasm: &[u8], body: &FunctionBody<'_>, guards: &Guards) -> Result<(Vec<u8>, Places), BinaryReaderError> {
    let range = body.range();
    let mut copied = range.start;
    let (mut code, mut places) = (Vec::with_capacity(range.len()), vec![(0, range.start)]);
    let operators = body.get_operators_reader()?.into_iter_with_offsets().collect::<Result<Vec<_>, _>>()?;
    for (index, (operator, offset)) in operators.iter().enumerate() {
        let Some(replacement) = guards.replacement(operator) else { continue };
        code.extend_from_slice(&wasm[copied..*offset]);
        code.extend_from_slice(&replacement);
        copied = operators.get(index + 1).map_or(range.end, |(_, next)| *next);
        places.push((code.len(), copied));
    }
    code.extend_from_slice(&wasm[copied..range.end]);
    Ok((code, places))
}

#[cfg(test)]
mod tests {
    use crate::lower::{Needs, hidden_tables, rewrite};
    use crate::wasm::module_info::{ModuleInfo, validate};
    use wasmparser::{Operator, Parser, Payload, Validator, WasmFeatures};

    const ALL: Needs = Needs {
        imported_fixed_tables: true,
        max_table_elements: Some(1000),
        max_growths: None,
        no_table_init_of_externref: true,
    };

    /// Returns the text of the rewritten module, which must be valid. Checks that the map of offsets
    /// finds each `unreachable`.
    fn lowered(text: &str) -> Option<String> {
        let wasm = wat::parse_str(text).unwrap();
        let info = ModuleInfo::parse(&wasm).unwrap();
        let lowered = rewrite(&wasm, &info, &rewritable(&wasm), &ALL, "x").unwrap()?;
        Validator::new_with_features(WasmFeatures::all()).validate_all(&lowered.wasm).unwrap();
        let new = ModuleInfo::parse(&lowered.wasm).unwrap();
        assert_eq!(new.imports.len(), info.imports.len() + hidden_tables(&info, &ALL).len());
        let exports =
            |info: &ModuleInfo| info.exports.iter().map(|e| format!("{} {}", e.name, e.ty)).collect::<Vec<_>>();
        assert_eq!(exports(&new), exports(&info));
        let restored: Vec<_> =
            unreachable_offsets(&lowered.wasm).into_iter().map(|offset| lowered.offsets.original(offset)).collect();
        assert_eq!(restored, unreachable_offsets(&wasm));
        Some(wasmprinter::print_bytes(&lowered.wasm).unwrap())
    }

    fn rewritable(wasm: &[u8]) -> Vec<usize> {
        validate(wasm, WasmFeatures::all(), WasmFeatures::all(), "x").unwrap().rewritable
    }

    fn unreachable_offsets(wasm: &[u8]) -> Vec<usize> {
        let mut offsets = Vec::new();
        for payload in Parser::new(0).parse_all(wasm) {
            if let Payload::CodeSectionEntry(body) = payload.unwrap() {
                let operators = body.get_operators_reader().unwrap().into_iter_with_offsets().map(Result::unwrap);
                offsets.extend(operators.filter(|(op, _)| matches!(op, Operator::Unreachable)).map(|(_, at)| at));
            }
        }
        offsets
    }

    #[test]
    fn a_fixed_table_that_is_exported_becomes_an_import() {
        let text = lowered(
            r#"(module (import "m" "t" (table 1 externref)) (table 3 externref) (table (export "t") 2 2 funcref)
                 (table 4 4 funcref) (func unreachable) (elem (table 2) (i32.const 0) func 0))"#,
        )
        .unwrap();
        for part in ["(table (;0;) 1 externref)", "(table (;1;) 3 externref)", "(table (;2;) 2 2 funcref)"] {
            assert!(text.lines().any(|line| line.contains("import") && line.contains(part)), "{part}: {text}");
        }
        assert!(
            text.lines().any(|line| !line.contains("import") && line.contains("(table (;3;) 4 4 funcref)")),
            "{text}"
        );
    }

    #[test]
    fn a_module_without_imports_gets_them() {
        let text =
            lowered(r#"(module (@custom "a" "b") (table (export "t") 2 2 funcref) (func unreachable))"#).unwrap();
        assert!(text.contains(r#"(import "" "" (table (;0;) 2 2 funcref))"#), "{text}");
        assert!(lowered(r#"(module (table (export "t") 0 0 funcref))"#).unwrap().contains("import"));
    }

    #[test]
    fn growth_is_guarded() {
        let text = lowered(
            r#"(module (table 1 funcref) (table 1 externref)
                 (func unreachable)
                 (func (result i32) (table.grow 1 (ref.null extern) (i32.const 5)) (if (then unreachable))
                   (table.grow 0 (ref.func 0) (i32.const 5)))
                 (func unreachable) (elem declare func 0))"#,
        )
        .unwrap();
        assert_eq!(text.matches("table.grow").count(), 2, "{text}");
        assert_eq!(text.matches("i64.const 1000").count(), 2, "{text}");
        assert!(text.contains("call 3") && text.contains("call 4"), "{text}");
    }

    #[test]
    fn other_modules_stay() {
        assert!(
            lowered(r#"(module (table 2 2 funcref) (table (export "t") 2 3 funcref) (func (drop (table.size 0))))"#)
                .is_none()
        );
        assert!(lowered("(module)").is_none());
    }

    #[test]
    fn what_an_engine_aborts_on_is_refused() {
        let wasm = |ty| {
            let text = r#"(module (table 1 TY) (elem TY (ref.null HEAP))
                 (func (table.init 0 0 (i32.const 0) (i32.const 0) (i32.const 0))))"#;
            wat::parse_str(text.replace("TY", ty).replace("HEAP", ty.trim_end_matches("ref"))).unwrap()
        };
        let lower = |wasm: &[u8]| {
            rewrite(wasm, &ModuleInfo::parse(wasm).unwrap(), &rewritable(wasm), &ALL, "x")
                .map(|lowered| lowered.is_some())
        };
        let error = lower(&wasm("externref")).unwrap_err();
        assert!(
            error.message.starts_with("the engine `x` cannot run `table.init` on a table of `externref`"),
            "{error:?}"
        );
        assert!(!lower(&wasm("funcref")).unwrap());
    }

    #[test]
    fn growths_are_counted() {
        const COUNTED: Needs = Needs { max_growths: Some(77), ..Needs::NONE };
        for globals in ["", "(global i64 (i64.const 1))"] {
            let text = format!(
                r#"(module (memory 1) (memory i64 1) (table 1 funcref) {globals}
                     (func (export "f") (drop (memory.grow 0 (i32.const 1))) (drop (memory.grow 1 (i64.const 1)))
                       (drop (table.grow 0 (ref.null func) (i32.const 1)))) (data "x") (func (data.drop 0)))"#
            );
            let wasm = wat::parse_str(text).unwrap();
            let lowered =
                rewrite(&wasm, &ModuleInfo::parse(&wasm).unwrap(), &rewritable(&wasm), &COUNTED, "x").unwrap().unwrap();
            Validator::new_with_features(WasmFeatures::all()).validate_all(&lowered.wasm).unwrap();
            let text = wasmprinter::print_bytes(&lowered.wasm).unwrap();
            assert!(text.contains("(mut i32) i32.const 77"), "{text}");
            assert_eq!(text.matches("i32.eqz").count(), 3, "{text}");
            assert_eq!((text.matches("memory.grow").count(), text.matches("table.grow").count()), (2, 1), "{text}");
        }
    }
}
