//! Writes a module anew, with additions to some sections and with changed function bodies.

use crate::base::types::{TableType, ValType};
use crate::lower::Lowered;
use crate::lower::growth::Guards;
use crate::lower::metering::{Meter, Places};
use crate::lower::spaces::Spaces;
use crate::wasm::binary::{push_leb128, push_section};
use crate::wasm::hidden::{FUEL_TYPE, Hidden, HiddenExport};
use crate::wasm::offsets::OffsetMap;
use std::convert::Infallible;
use std::ops::Range;
use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{Encode, ExportKind, MemorySection, MemoryType, Section};
use wasmparser::{BinaryReaderError, FunctionBody, Parser, Payload};

/// The ids of sections (core spec, "Modules"), in the order that a module has them in.
mod id {
    pub const CUSTOM: u8 = 0;
    pub const TYPE: u8 = 1;
    pub const IMPORT: u8 = 2;
    pub const FUNCTION: u8 = 3;
    pub const TABLE: u8 = 4;
    pub const MEMORY: u8 = 5;
    pub const TAG: u8 = 13;
    pub const GLOBAL: u8 = 6;
    pub const EXPORT: u8 = 7;
    pub const START: u8 = 8;
    pub const ELEMENT: u8 = 9;
    pub const DATA_COUNT: u8 = 12;
    pub const CODE: u8 = 10;
    pub const DATA: u8 = 11;
    pub const ORDER: [u8; 13] =
        [TYPE, IMPORT, FUNCTION, TABLE, MEMORY, TAG, GLOBAL, EXPORT, START, ELEMENT, DATA_COUNT, CODE, DATA];
}

/// What changes in a module.
pub struct Changes<'a> {
    pub spaces: &'a Spaces,
    /// The additional imports and exports. The tables among the imports take the place of the module's own first tables.
    pub hidden: &'a Hidden,
    pub guards: Option<&'a Guards>,
    pub meter: Option<&'a Meter>,
}

/// Returns the module `wasm` with these changes. Custom sections are left out: nobody asks an engine for them, and some
/// of them contain offsets of code.
pub fn rewrite(wasm: &[u8], changes: &Changes<'_>) -> Result<Lowered, BinaryReaderError> {
    let mut writer = Writer { wasm, changes, out: wasm[..8].to_vec(), offsets: OffsetMap::default(), next: 0 };
    let mut bodies = Vec::new();
    let mut code_seen = false;
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::CodeSectionStart { .. } => code_seen = true,
            Payload::CodeSectionEntry(body) => bodies.push(body),
            payload => {
                let Some((section, _)) = payload.as_section() else { continue };
                if section == id::CUSTOM {
                    continue;
                }
                if std::mem::take(&mut code_seen) {
                    writer.advance_to(id::CODE)?;
                    writer.code(&bodies)?;
                }
                writer.advance_to(section)?;
                writer.section(&payload)?;
            }
        }
    }
    if code_seen {
        writer.advance_to(id::CODE)?;
        writer.code(&bodies)?;
    }
    writer.advance_to(id::DATA)?;
    Ok(Lowered { wasm: writer.out, offsets: writer.offsets, hidden: changes.hidden.clone() })
}

struct Writer<'a> {
    wasm: &'a [u8],
    changes: &'a Changes<'a>,
    out: Vec<u8>,
    offsets: OffsetMap,
    /// The position in [`id::ORDER`] of the next section that is not written.
    next: usize,
}

impl Writer<'_> {
    /// Writes the additions to sections that the module does not have, up to the section `section`.
    fn advance_to(&mut self, section: u8) -> Result<(), BinaryReaderError> {
        let position = id::ORDER.iter().position(|each| *each == section).unwrap_or(id::ORDER.len());
        for missing in self.next..position {
            match id::ORDER[missing] {
                id::IMPORT => self.imports(0..0),
                id::MEMORY => self.memories(0..0),
                id::GLOBAL => self.globals(None)?,
                id::EXPORT => self.exports(None)?,
                _ => {}
            }
        }
        self.next = self.next.max(position + 1);
        Ok(())
    }

    /// Writes a section of the module.
    fn section(&mut self, payload: &Payload<'_>) -> Result<(), BinaryReaderError> {
        let Some((section, range)) = payload.as_section() else { return Ok(()) };
        let changes = self.changes;
        let moves = changes.meter.is_some_and(|meter| meter.metering.fuel);
        match (payload, changes.guards) {
            (Payload::TypeSection(_), Some(guards)) => self.extended(section, range, guards.count(), &guards.types()),
            (Payload::ImportSection(_), _) => self.imports(range),
            (Payload::FunctionSection(_), Some(guards)) => {
                self.extended(section, range, guards.count(), &guards.type_indices());
            }
            (Payload::TableSection(tables), _) => self.tables(tables.clone(), moves)?,
            (Payload::MemorySection(_), _) => self.memories(range),
            (Payload::GlobalSection(globals), _) => self.globals(Some(globals.clone()))?,
            (Payload::ExportSection(exports), _) => self.exports(Some(exports.clone()))?,
            // The host calls the start function when it can end it.
            (Payload::StartSection { .. }, _) if changes.hidden.position(HiddenExport::Start).is_some() => {}
            (Payload::ElementSection(elements), _) if moves => {
                let mut section = wasm_encoder::ElementSection::new();
                Moved(self.changes).parse_element_section(&mut section, elements.clone()).map_err(parse_error)?;
                section.append_to(&mut self.out);
            }
            (Payload::DataSection(data), _) if moves => {
                let mut section = wasm_encoder::DataSection::new();
                Moved(self.changes).parse_data_section(&mut section, data.clone()).map_err(parse_error)?;
                section.append_to(&mut self.out);
            }
            _ => push_section(&mut self.out, section, &self.wasm[range]),
        }
        Ok(())
    }

    /// Writes a section with more entries. `old` is the range of the contents in the module; it is empty if the module
    /// does not have the section.
    fn extended(&mut self, section: u8, old: Range<usize>, added: usize, entries: &[u8]) {
        let mut contents = Vec::new();
        append(&mut contents, &self.wasm[old], added, entries);
        push_section(&mut self.out, section, &contents);
    }

    fn imports(&mut self, old: Range<usize>) {
        let added = self.changes.hidden.imports().count();
        if added > 0 || !old.is_empty() {
            self.extended(id::IMPORT, old, added, &imports(self.changes.hidden));
        }
    }

    fn tables(&mut self, section: wasmparser::TableSectionReader<'_>, moves: bool) -> Result<(), BinaryReaderError> {
        let imported = self.changes.hidden.tables.len();
        let left = section.count() as usize - imported;
        if left == 0 {
            return Ok(());
        }
        if moves {
            let mut tables = wasm_encoder::TableSection::new();
            for table in section.into_iter().skip(imported) {
                Moved(self.changes).parse_table(&mut tables, table?).map_err(parse_error)?;
            }
            tables.append_to(&mut self.out);
            return Ok(());
        }
        let end = section.range().end;
        let entries = section.into_iter_with_offsets().collect::<Result<Vec<_>, _>>()?;
        let Some((start, _)) = entries.get(imported) else { return Ok(()) };
        let mut contents = Vec::new();
        push_leb128(&mut contents, left);
        contents.extend_from_slice(&self.wasm[*start..end]);
        push_section(&mut self.out, id::TABLE, &contents);
        Ok(())
    }

    /// Writes the memories, and behind them that of the word.
    fn memories(&mut self, old: Range<usize>) {
        let added = usize::from(self.changes.hidden.position(HiddenExport::Word).is_some());
        if added > 0 {
            // The memory never grows, so it never moves.
            let mut word = MemorySection::new();
            word.memory(MemoryType {
                minimum: 1,
                maximum: Some(1),
                memory64: false,
                shared: false,
                page_size_log2: None,
            });
            let mut entry = Vec::new();
            word.encode(&mut entry);
            // The bytes begin with the size of the section and the number of its entries, one byte each.
            self.extended(id::MEMORY, old, added, &entry[2..]);
        } else if !old.is_empty() {
            push_section(&mut self.out, id::MEMORY, &self.wasm[old]);
        }
    }

    fn globals(&mut self, old: Option<wasmparser::GlobalSectionReader<'_>>) -> Result<(), BinaryReaderError> {
        let mut section = wasm_encoder::GlobalSection::new();
        if let Some(old) = old {
            Moved(self.changes).parse_global_section(&mut section, old).map_err(parse_error)?;
        }
        for (ty, init) in self.changes.guards.into_iter().flat_map(Guards::globals) {
            section.global(ty, &init);
        }
        if !section.is_empty() {
            section.append_to(&mut self.out);
        }
        Ok(())
    }

    fn exports(&mut self, old: Option<wasmparser::ExportSectionReader<'_>>) -> Result<(), BinaryReaderError> {
        let mut section = wasm_encoder::ExportSection::new();
        if let Some(old) = old {
            Moved(self.changes).parse_export_section(&mut section, old).map_err(parse_error)?;
        }
        let changes = self.changes;
        for (export, name) in changes.hidden.exports() {
            let limit = changes.guards.and_then(|guards| guards.limit(*export));
            let (kind, index) = match export {
                HiddenExport::Word => (ExportKind::Memory, Some(changes.spaces.memories.len() as u32)),
                HiddenExport::MemoryLimit | HiddenExport::TableLimit => (ExportKind::Global, limit),
                HiddenExport::Start => (ExportKind::Func, changes.spaces.start),
            };
            if let Some(index) = index {
                section.export(name, kind, index);
            }
        }
        if !section.is_empty() {
            section.append_to(&mut self.out);
        }
        Ok(())
    }

    /// Writes the code section, and records where each function came to lie.
    fn code(&mut self, bodies: &[FunctionBody<'_>]) -> Result<(), BinaryReaderError> {
        let Changes { spaces, guards, meter, .. } = *self.changes;
        let mut contents = Vec::new();
        // Offsets from the start of the contents; the place of the contents is known only when their size is.
        let mut places = Vec::new();
        push_leb128(&mut contents, bodies.len() + guards.map_or(0, Guards::count));
        for (position, body) in bodies.iter().enumerate() {
            let range = body.range();
            let changed = match (meter, guards.filter(|guards| guards.changes(position))) {
                (Some(meter), _) => Some(meter.body(self.wasm, spaces, guards, position, body)?),
                (None, Some(guards)) => Some(guarded_body(self.wasm, body, guards)?),
                (None, None) => None,
            };
            let Some((code, moved)) = changed else {
                push_leb128(&mut contents, range.len());
                places.push((contents.len(), range.start));
                contents.extend_from_slice(&self.wasm[range]);
                continue;
            };
            push_leb128(&mut contents, code.len());
            places.extend(moved.iter().map(|(new, original)| (contents.len() + new, *original)));
            contents.extend_from_slice(&code);
        }
        for body in guards.into_iter().flat_map(Guards::bodies) {
            push_leb128(&mut contents, body.len());
            contents.extend_from_slice(&body);
        }
        push_section(&mut self.out, id::CODE, &contents);
        let start = self.out.len() - contents.len();
        places.into_iter().for_each(|(new, original)| self.offsets.add(start + new, original));
        Ok(())
    }
}

/// Appends to `out` a vector of the binary format: the entries of `old`, and `added` more. `old` is empty if there is no
/// old vector.
pub fn append(out: &mut Vec<u8>, mut old: &[u8], added: usize, entries: &[u8]) {
    let mut count = 0;
    for shift in (0..).step_by(7) {
        let Some((byte, tail)) = old.split_first() else { break };
        old = tail;
        count |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            break;
        }
    }
    push_leb128(out, count + added);
    out.extend_from_slice(old);
    out.extend_from_slice(entries);
}

/// Returns the hidden imports, without names. The engine never shows the names, because the host passes the right
/// objects.
fn imports(hidden: &Hidden) -> Vec<u8> {
    const TABLE: u8 = 1;
    const GLOBAL: u8 = 3;
    const FUNCREF: u8 = 0x70;
    const EXTERNREF: u8 = 0x6f;
    const I64: u8 = 0x7e;
    let mut out = Vec::new();
    if hidden.fuel {
        out.extend([0, 0, GLOBAL, I64, u8::from(FUEL_TYPE.mutable)]);
    }
    for TableType { element, limits, .. } in &hidden.tables {
        let element = if *element == ValType::ExternRef { EXTERNREF } else { FUNCREF };
        out.extend([0, 0, TABLE, element, u8::from(limits.max.is_some())]);
        push_leb128(&mut out, limits.min as usize);
        limits.max.into_iter().for_each(|max| push_leb128(&mut out, max as usize));
    }
    out
}

/// Writes sections whose entries use globals. The indices of globals move if metering adds an import.
struct Moved<'a>(&'a Changes<'a>);

impl Reencode for Moved<'_> {
    type Error = Infallible;

    fn global_index(&mut self, index: u32) -> Result<u32, Error> {
        Ok(self.0.meter.map_or(index, |meter| meter.indices.global(index)))
    }
}

/// Converts an error of the encoder. The module is valid, so the encoder can write everything that it reads.
fn parse_error(error: Error) -> BinaryReaderError {
    match error {
        Error::ParseError(error) => error,
        other => unreachable!("the section of a valid module cannot be written again: {other}"),
    }
}

/// Returns a function body whose growths go through their guards, and where its instructions came from.
fn guarded_body(wasm: &[u8], body: &FunctionBody<'_>, guards: &Guards) -> Result<(Vec<u8>, Places), BinaryReaderError> {
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
    use crate::lower::metering::Metering;
    use crate::lower::{Needs, rewrite};
    use crate::wasm::module_info::{ModuleInfo, validate};
    use wasmparser::{Operator, Parser, Payload, Validator, WasmFeatures};

    const ALL: Needs = Needs {
        imported_fixed_tables: true,
        limits: true,
        max_table_elements: Some(1000),
        max_growths: None,
        deferred_start: false,
        no_table_init_of_externref: true,
    };

    const UNMETERED: Metering = Metering { fuel: false, deadline: false, has_atomics: true };
    const METERED: Metering = Metering { fuel: true, deadline: true, has_atomics: true };

    fn lowered(text: &str) -> Option<String> {
        lowered_with(text, UNMETERED)
    }

    /// Returns the text of the rewritten module, which must be valid. Checks that the map of offsets finds each
    /// `unreachable` of the original module.
    fn lowered_with(text: &str, metering: Metering) -> Option<String> {
        let wasm = wat::parse_str(text).unwrap();
        let info = ModuleInfo::parse(&wasm).unwrap();
        let lowered = rewrite(&wasm, &info, &rewritable(&wasm), &ALL, metering, "x").unwrap()?;
        Validator::new_with_features(WasmFeatures::all()).validate_all(&lowered.wasm).unwrap();
        let new = ModuleInfo::parse(&lowered.wasm).unwrap();
        assert_eq!(new.imports.len(), info.imports.len() + lowered.hidden.imports().count());
        let exports =
            |info: &ModuleInfo| info.exports.iter().map(|e| format!("{} {}", e.name, e.ty)).collect::<Vec<_>>();
        let (all, own) = (exports(&new), exports(&info));
        assert_eq!(all[..own.len()], own);
        assert_eq!(all.len() - own.len(), lowered.hidden.exports().len());
        let restored: Vec<_> =
            unreachable_offsets(&lowered.wasm).into_iter().map(|offset| lowered.offsets.original(offset)).collect();
        for offset in unreachable_offsets(&wasm) {
            assert!(restored.contains(&offset), "{offset:#x} {restored:x?}");
        }
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
        assert!(text.contains("(global (;0;) (mut i64) i64.const 1000)"), "{text}");
        assert_eq!(text.matches("global.get 0").count(), 2 * 2, "{text}");
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
            rewrite(wasm, &ModuleInfo::parse(wasm).unwrap(), &rewritable(wasm), &ALL, UNMETERED, "x")
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
                rewrite(&wasm, &ModuleInfo::parse(&wasm).unwrap(), &rewritable(&wasm), &COUNTED, UNMETERED, "x");
            let lowered = lowered.unwrap().unwrap();
            Validator::new_with_features(WasmFeatures::all()).validate_all(&lowered.wasm).unwrap();
            let text = wasmprinter::print_bytes(&lowered.wasm).unwrap();
            assert!(text.contains("(mut i32) i32.const 77"), "{text}");
            assert_eq!(text.matches("i32.eqz").count(), 3, "{text}");
            assert_eq!((text.matches("memory.grow").count(), text.matches("table.grow").count()), (2, 1), "{text}");
        }
    }

    #[test]
    fn metered_code_keeps_its_indices() {
        let text = lowered_with(
            r#"(module (import "m" "g" (global $i i32)) (import "m" "f" (func $f))
                 (global $a (mut i32) (global.get $i)) (global $b (mut i64) (i64.const 2)) (memory 1)
                 (table 1 funcref) (start $s)
                 (func $s (global.set $a (global.get $i)) (call $f) unreachable)
                 (func (export "loop") (param i32) (result i64)
                   (loop $l (call $f) (br_if $l (local.get 0)))
                   (loop $l (global.set $b (i64.add (global.get $b) (i64.const 1))) (br_if $l (local.get 0)))
                   (memory.fill (i32.const 0) (i32.const 0) (local.get 0))
                   (global.get $b))
                 (export "b" (global $b)) (export "anywasm:word" (func $f)))"#,
            METERED,
        )
        .unwrap();
        for part in [
            r#"(import "" "" (global (;1;) (mut i64)))"#,
            r#"(export "b" (global 3))"#,
            r#"(export "anywasm:word~" (memory 1))"#,
            r#"(export "anywasm:start" (func 1))"#,
            "(memory (;1;) 1 1)",
            "global.set 2",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(!text.contains("(start"), "{text}");
        // The counter is the global 1. The first loop has a bill, so only its head and the end of the function write it.
        assert_eq!(text.matches("memory.fill").count(), 1, "{text}");
    }

    #[test]
    fn metered_code_is_valid() {
        for body in [
            "(block (br 0)) (block (br_if 0 (i32.const 1)) (return))",
            "(loop (br_table 0 1 0 (i32.const 1)))",
            "(loop $l (block $b (try_table (catch_all $b) (call $g))) (br $l))",
            "(block $b (loop $l (try_table (catch_all_ref $x) (throw $e)) (br $b))) (return)",
            "(return_call $g)",
            "(loop (return_call $g))",
            "(loop (call $g) (br_if 1 (i32.const 1)) (br 0))",
            "(loop (call $g) (unreachable))",
            "(if (i32.const 1) (then (loop (br 0))) (else (unreachable)))",
            "unreachable (loop (br 0)) (block (br 0))",
            "(loop $l (br_if $l (i32.eqz (memory.grow (i32.const 1)))) (br_on_null 1 (ref.null func)) (drop))",
            "(table.fill (i32.const 0) (ref.null func) (i32.const 1)) (memory.copy (i32.const 0) (i32.const 0) (i32.const 1))",
            "(drop (loop (result i32) (br_if 0 (i32.const 1)) (i32.const 5)))",
            "(drop (block (result i32) (loop (drop (br_if 1 (i32.const 1) (i32.const 2))) (br 0)) (i32.const 1)))",
        ] {
            let body = body.replace("(catch_all_ref $x)", "(catch_all $b)");
            let text = format!(
                r#"(module (memory 1) (table 1 funcref) (tag $e) (global $g (mut i32) (i32.const 1))
                     (func $f (export "f") (local i64) {body}) (func $g (param) (call $f) (global.set $g (i32.const 1))))"#
            );
            for metering in [METERED, Metering { fuel: false, ..METERED }, Metering { deadline: false, ..METERED }] {
                lowered_with(&text, metering).unwrap();
            }
        }
    }
}
