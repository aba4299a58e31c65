//! What a rewritten module imports and exports in addition to the original module. The program never sees these objects.

use crate::base::types::{ExternType, GlobalType, TableType, ValType};
use crate::wasm::module_info::ModuleInfo;
use std::collections::HashSet;

/// An export that the shim uses itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HiddenExport {
    /// The memory whose first words end the guest when they are not 0. All have the same value: see [`WORD_COPIES`].
    Word,
    /// The global with the maximum size of each memory, in bytes, as an i64.
    MemoryLimit,
    /// The global with the maximum size of each table, in elements, as an i64.
    TableLimit,
    /// The start function.
    Start,
}

/// All hidden exports, in the order in which a module exports them. The position of each is its bit in
/// [`Hidden::to_byte`].
const EXPORTS: [(HiddenExport, &str); 4] = [
    (HiddenExport::Word, "word"),
    (HiddenExport::MemoryLimit, "memory-limit"),
    (HiddenExport::TableLimit, "table-limit"),
    (HiddenExport::Start, "start"),
];

/// The bit of [`Hidden::to_byte`] for the counter of fuel.
const FUEL_BIT: u8 = 1 << EXPORTS.len();

/// Number of copies of the word. They fill a page of the operating system.
pub const WORD_COPIES: u32 = 1024;

/// The type of the global that counts fuel. All instances of a store import the same global.
pub const FUEL_TYPE: GlobalType = GlobalType { content: ValType::I64, mutable: true };

/// The hidden imports and exports of a rewritten module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hidden {
    /// Whether the module imports the counter of fuel, before the tables.
    pub fuel: bool,
    /// The types of the tables that the module imports, after all other imports.
    pub tables: Vec<TableType>,
    /// The exports and their names, after all other exports.
    exports: Vec<(HiddenExport, String)>,
}

impl Hidden {
    /// Describes a rewritten module. `exports` tells which of the hidden exports it has.
    pub fn new(info: &ModuleInfo, fuel: bool, tables: &[TableType], exports: impl Fn(HiddenExport) -> bool) -> Self {
        let wanted: Vec<_> = EXPORTS.into_iter().filter(|(export, _)| exports(*export)).collect();
        let names: HashSet<_> =
            if wanted.is_empty() { HashSet::new() } else { info.exports.iter().map(|e| e.name.as_str()).collect() };
        let unused = |name: &str| {
            let mut name = format!("anywasm:{name}");
            while names.contains(name.as_str()) {
                name.push('~');
            }
            name
        };
        let exports = wanted.into_iter().map(|(export, name)| (export, unused(name))).collect();
        Self { fuel, tables: tables.to_vec(), exports }
    }

    /// Returns the hidden exports with their names.
    pub fn exports(&self) -> &[(HiddenExport, String)] {
        &self.exports
    }

    /// Returns the position of a hidden export among the hidden exports.
    pub fn position(&self, export: HiddenExport) -> Option<usize> {
        self.exports.iter().position(|(each, _)| *each == export)
    }

    /// Returns the types of the hidden imports, in the order of the imports.
    pub fn imports(&self) -> impl Iterator<Item = ExternType> {
        let fuel = self.fuel.then_some(ExternType::Global(FUEL_TYPE));
        fuel.into_iter().chain(self.tables.iter().copied().map(ExternType::Table))
    }

    /// Returns the number of memories that the module has in addition.
    pub fn memory_count(&self) -> u64 {
        u64::from(self.position(HiddenExport::Word).is_some())
    }

    /// Returns what [`Hidden::from_byte`] must know.
    pub fn to_byte(&self) -> u8 {
        let bits = EXPORTS.iter().enumerate().filter(|(_, (export, _))| self.position(*export).is_some());
        bits.fold(if self.fuel { FUEL_BIT } else { 0 }, |byte, (bit, _)| byte | 1 << bit)
    }

    /// Returns the description of a module that was rewritten before. `tables` are the tables that the module imports.
    pub fn from_byte(byte: u8, info: &ModuleInfo, tables: &[TableType]) -> Self {
        let position = |export| EXPORTS.iter().position(|(each, _)| *each == export);
        let has = |export| position(export).is_some_and(|bit| byte & 1 << bit != 0);
        Self::new(info, byte & FUEL_BIT != 0, tables, has)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_survives_its_byte() {
        let wasm = wat::parse_str(r#"(module (func (export "anywasm:start")))"#).unwrap();
        let info = ModuleInfo::parse(&wasm).unwrap();
        for byte in 0..1 << 5 {
            assert_eq!(Hidden::from_byte(byte, &info, &[]).to_byte(), byte);
        }
        let all = Hidden::from_byte(0x1f, &info, &[]);
        assert_eq!(all.position(HiddenExport::Start), Some(3));
        assert_eq!(all.exports()[3].1, "anywasm:start~");
        assert_eq!(all.imports().collect::<Vec<_>>(), [ExternType::Global(FUEL_TYPE)]);
    }
}
