//! The description of a module: imports, exports, names and custom sections. They are read from the module's bytes with
//! wasmparser, never from the engine.

mod early_trap;
mod reader;
mod types;
mod validate;

pub use validate::validate;

use crate::base::error::Result;
use crate::base::types::{ExternType, MemoryType, TableType};
use reader::Reader;
use std::collections::BTreeMap;
use std::ops::Range;
use validate::malformed;
use wasmparser::Parser;

/// An import of a module.
#[derive(Clone, Debug)]
pub struct Import {
    /// The name of the module to import from.
    pub module: String,
    /// The name of the import in that module.
    pub name: String,
    /// The required type.
    pub ty: ExternType,
}

/// An export of a module.
#[derive(Clone, Debug)]
pub struct Export {
    /// The name of the export.
    pub name: String,
    /// The type of the export.
    pub ty: ExternType,
}

/// A custom section. [`ModuleInfo::custom_section`] returns the contents.
#[derive(Clone, Debug)]
pub struct CustomSection {
    /// The name of the section. Several sections of a module may have the same name.
    pub name: String,
    /// The contents, as a range of [`ModuleInfo::custom_bytes`].
    range: Range<usize>,
}

/// A module's imports, exports, names and custom sections.
#[derive(Debug, Default)]
pub struct ModuleInfo {
    /// Imports, in the module's order.
    pub imports: Vec<Import>,
    /// Exports, in the module's order.
    pub exports: Vec<Export>,
    /// Custom sections, in the module's order.
    pub custom_sections: Vec<CustomSection>,
    /// The name of the module, from the name section.
    pub name: Option<String>,
    /// The names of functions by index, from the name section.
    pub func_names: BTreeMap<u32, String>,
    /// Whether the module has a start function.
    pub has_start: bool,
    /// All memories, imported ones first.
    pub memories: Vec<MemoryType>,
    /// All tables, imported ones first.
    pub tables: Vec<TableType>,
    /// The contents of all custom sections, concatenated.
    custom_bytes: Vec<u8>,
    /// The range of each function body in the module. The first body is that of function `imported_funcs`: imported
    /// functions have the first indices and no bodies.
    bodies: Vec<Range<usize>>,
    /// The offset of the first instruction by the offset of the function body, for functions whose first instruction
    /// can trap. Both offsets are relative to the start of the module.
    early_traps: BTreeMap<usize, usize>,
    /// The number of imported functions.
    imported_funcs: usize,
    /// Whether the module has a function type with `v128`, or with references other than `funcref` and `externref`.
    pub has_unusual_funcs: bool,
}

impl ModuleInfo {
    /// Reads a valid module.
    pub fn parse(wasm: &[u8]) -> Result<Self> {
        let mut reader = Reader::default();
        for payload in Parser::new(0).parse_all(wasm) {
            reader.section(&payload.map_err(malformed)?).map_err(malformed)?;
        }
        Ok(reader.finish())
    }

    /// Removes the offsets of code. For the description of a module whose code has been removed
    /// ([`without_code`](crate::wasm::envelope::without_code)): the offsets of the original module are not known.
    pub fn forget_bodies(mut self) -> Self {
        self.bodies.clear();
        self.early_traps.clear();
        self
    }

    /// Returns whether `offset` is inside the body of function `func_index`. Always true if the offsets of code have
    /// been removed ([`ModuleInfo::forget_bodies`]).
    pub fn may_contain(&self, func_index: u32, offset: usize) -> bool {
        let body = (func_index as usize).checked_sub(self.imported_funcs).and_then(|index| self.bodies.get(index));
        self.bodies.is_empty() || body.is_some_and(|body| (body.start..=body.end).contains(&offset))
    }

    /// Returns the offset of the trap that an engine reports at `offset`, if `offset` is the beginning of the body of
    /// function `func_index`, and the first instruction of the function can trap.
    pub fn early_trap(&self, func_index: u32, offset: usize) -> Option<usize> {
        let trap = *self.early_traps.get(&offset)?;
        self.may_contain(func_index, offset).then_some(trap)
    }

    /// Returns the contents of a custom section of this module.
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
        let info = info.forget_bodies();
        assert!(info.may_contain(2, first.start), "unknown");
    }
}
