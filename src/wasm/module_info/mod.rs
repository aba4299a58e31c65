//! The description of a module: its imports, exports, names and custom sections. wasmparser reads the description from
//! the bytes of the module. The engine is not involved.

mod early_trap;
mod reader;
mod types;
mod validate;

pub use validate::{Findings, malformed_error, validate, validate_sections};

use crate::base::error::Result;
use crate::base::types::{ExternType, MemoryType, TableType};
use crate::wasm::hidden::Hidden;
use crate::wasm::offsets::OffsetMap;
use reader::Reader;
use std::collections::BTreeMap;
use std::ops::Range;
use wasmparser::Parser;

/// An import of a module.
#[derive(Clone, Debug)]
pub struct Import {
    /// The name of the module to import from.
    pub module: String,
    /// The name of the import in that module.
    pub name: String,
    /// The type that the imported object must have.
    pub ty: ExternType,
}

/// An export of a module.
#[derive(Clone, Debug)]
pub struct Export {
    /// The name of the export. Each export of a module has a different name.
    pub name: String,
    /// The type of the exported object, as the module declares it.
    pub ty: ExternType,
    /// The position of the import that is exported; `None` if the module exports an object of its own.
    pub import: Option<usize>,
}

/// A custom section. [`ModuleInfo::custom_section`] returns its contents.
#[derive(Clone, Debug)]
pub struct CustomSection {
    /// The name of the section. Several sections of a module may have the same name.
    pub name: String,
    /// The range of the contents in [`ModuleInfo::custom_bytes`].
    range: Range<usize>,
}

/// The description of a module.
#[derive(Debug, Default)]
pub struct ModuleInfo {
    /// Imports, in the module's order.
    pub imports: Vec<Import>,
    /// Exports, in the module's order.
    pub exports: Vec<Export>,
    /// Custom sections, in the module's order.
    pub custom_sections: Vec<CustomSection>,
    /// The name of the module in the name section.
    pub name: Option<String>,
    /// The names of functions in the name section, by function index.
    pub func_names: BTreeMap<u32, String>,
    /// Whether the module has a start function.
    pub has_start: bool,
    /// The types of all memories. Imported memories come first.
    pub memories: Vec<MemoryType>,
    /// The types of all tables. Imported tables come first.
    pub tables: Vec<TableType>,
    /// The number of imported memories.
    pub imported_memories: usize,
    /// The number of imported tables.
    pub imported_tables: usize,
    /// The indices of the exported tables.
    pub exported_tables: Vec<u32>,
    /// Translates the code offsets that the engine reports, which are those of the module that it
    /// compiled. The room `lower` may have rewritten that module.
    pub offsets: OffsetMap,
    /// What the module that the engine compiled imports and exports in addition.
    pub hidden: Hidden,
    /// The contents of all custom sections, concatenated.
    custom_bytes: Vec<u8>,
    /// The range of each function body in the bytes of the module. Imported functions have no bodies and come first, so
    /// the first range belongs to the function with the index `imported_funcs`.
    bodies: Vec<Range<usize>>,
    /// The functions whose first instruction can trap. The keys are the offsets of the function bodies. The values are
    /// the offsets of the first instructions. Both are offsets from the start of the module.
    early_traps: BTreeMap<usize, usize>,
    /// The number of imported functions.
    imported_funcs: usize,
    /// Whether the module has a function type with `v128`, or with references other than `funcref` and `externref`.
    pub has_unusual_funcs: bool,
}

impl ModuleInfo {
    /// Reads the description of the valid module `wasm`.
    pub fn parse(wasm: &[u8]) -> Result<Self> {
        let mut reader = Reader::default();
        for payload in Parser::new(0).parse_all(wasm) {
            reader.read_section(&payload.map_err(malformed_error)?).map_err(malformed_error)?;
        }
        Ok(reader.finish())
    }

    /// Returns the number of function bodies. Returns 0 after [`ModuleInfo::without_bodies`].
    pub fn body_count(&self) -> usize {
        self.bodies.len()
    }

    /// Returns the name of the export at `index` of the module that the engine compiled. Hidden exports follow those of
    /// the original module.
    pub fn export_name(&self, index: usize) -> Option<&str> {
        let hidden = || self.hidden.exports().get(index - self.exports.len()).map(|(_, name)| name.as_str());
        self.exports.get(index).map(|export| export.name.as_str()).or_else(hidden)
    }

    /// Returns the names of all exports of the module that the engine compiled.
    pub fn export_names(&self) -> impl ExactSizeIterator<Item = &str> {
        let count = self.exports.len() + self.hidden.exports().len();
        (0..count).map(|index| self.export_name(index).unwrap_or_default())
    }

    /// Removes the offsets of function bodies. The description of a module without code
    /// ([`without_code`](crate::wasm::envelope::without_code)) needs this, because its offsets are not those of the
    /// original module.
    ///
    /// `offsets` is the map of code offsets of the original module.
    pub fn without_bodies(mut self, offsets: OffsetMap) -> Self {
        self.offsets = offsets;
        self.bodies.clear();
        self.early_traps.clear();
        self
    }

    /// Returns whether `offset` is inside the body of the function `func_index`. Always returns true after
    /// [`ModuleInfo::without_bodies`], because the offsets are then unknown.
    pub fn may_contain(&self, func_index: u32, offset: usize) -> bool {
        let body = (func_index as usize).checked_sub(self.imported_funcs).and_then(|index| self.bodies.get(index));
        self.bodies.is_empty() || body.is_some_and(|body| (body.start..=body.end).contains(&offset))
    }

    /// Returns the real offset of a trap that an engine has reported at `offset` in the function `func_index`. Returns
    /// `None` unless `offset` is the beginning of the function body and the first instruction of the function can trap.
    pub fn early_trap(&self, func_index: u32, offset: usize) -> Option<usize> {
        let trap = *self.early_traps.get(&offset)?;
        self.may_contain(func_index, offset).then_some(trap)
    }

    /// Returns the types of the memories that the module makes itself.
    pub fn own_memories(&self) -> &[MemoryType] {
        &self.memories[self.imported_memories..]
    }

    /// Returns the types of the tables that the module makes itself.
    pub fn own_tables(&self) -> &[TableType] {
        &self.tables[self.imported_tables..]
    }

    /// Returns whether the module has debug information in the format DWARF.
    pub fn has_debug_info(&self) -> bool {
        self.custom_sections.iter().any(|section| section.name.starts_with(".debug_"))
    }

    /// Returns the contents of `section`, a custom section of this module.
    pub fn custom_section(&self, section: &CustomSection) -> &[u8] {
        &self.custom_bytes[section.range.clone()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_types_names_and_sections() {
        let wasm = wat::parse_str(
            r#"(module $shop
                 (import "env" "log" (func (param i32 f64)))
                 (func $add (export "add") (param i32 i32) (result i32) unreachable)
                 (memory (export "memory") 1 3)
                 (global (export "g") (mut i64) (i64.const 1))
                 (table (export "t") 2 funcref)
                 (@custom "note" "hello"))"#,
        )
        .unwrap();
        let info = ModuleInfo::parse(&wasm).unwrap();
        assert_eq!(info.name.as_deref(), Some("shop"));
        assert_eq!(info.func_names[&1], "add");
        assert_eq!(info.imports[0].ty.to_string(), "(func (param i32 f64))");
        let exports: Vec<_> = info.exports.iter().map(|e| format!("{} {}", e.name, e.ty)).collect();
        assert_eq!(
            exports,
            [
                "add (func (param i32 i32) (result i32))",
                "memory (memory 1 3)",
                "g (global (mut i64))",
                "t (table 2 funcref)"
            ]
        );
        let note = info.custom_sections.iter().find(|s| s.name == "note").unwrap();
        assert_eq!(info.custom_section(note), b"hello");
    }

    #[test]
    fn bodies_are_found_by_index_and_offset() {
        let wasm = wat::parse_str(r#"(module (import "m" "f" (func)) (func) (func nop))"#).unwrap();
        let info = ModuleInfo::parse(&wasm).unwrap();
        let (first, second) = (info.bodies[0].clone(), info.bodies[1].clone());
        assert!(
            info.may_contain(1, first.start) && info.may_contain(1, first.end) && info.may_contain(2, second.start)
        );
        assert!(!info.may_contain(2, first.start) && !info.may_contain(0, first.start) && !info.may_contain(3, 0));
        let info = info.without_bodies(OffsetMap::default());
        assert!(info.may_contain(2, first.start), "unknown");
    }
}
