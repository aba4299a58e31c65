//! The index spaces of a module, as far as the rewriting must know them.

use std::collections::HashSet;
use wasmparser::{
    BinaryReaderError, CompositeInnerType, ExternalKind, MemoryType, Parser, Payload, TableType, TypeRef,
};

/// The numbers of parameters and results of a function type. Both are 0 for a type that is no function type.
#[derive(Clone, Copy, Default)]
pub struct Arity {
    pub params: u32,
    pub results: u32,
}

/// The index spaces of a module.
#[derive(Default)]
pub struct Spaces {
    /// By type index.
    pub types: Vec<Arity>,
    /// The index of each function's type, by function index.
    pub func_types: Vec<u32>,
    pub imported_funcs: u32,
    /// Number of globals, with imported ones.
    pub globals: u32,
    pub imported_globals: u32,
    pub memories: Vec<MemoryType>,
    pub tables: Vec<TableType>,
    /// The index of the start function.
    pub start: Option<u32>,
    /// The functions that are exported, by index.
    pub exported_funcs: HashSet<u32>,
}

impl Spaces {
    /// Reads the sections of the valid module `wasm`.
    pub fn read(wasm: &[u8]) -> Result<Self, BinaryReaderError> {
        let mut spaces = Self::default();
        for payload in Parser::new(0).parse_all(wasm) {
            let payload = payload?;
            if let Payload::CodeSectionStart { .. } = payload {
                break;
            }
            spaces.add(payload)?;
        }
        Ok(spaces)
    }

    fn add(&mut self, payload: Payload<'_>) -> Result<(), BinaryReaderError> {
        match payload {
            Payload::TypeSection(section) => {
                for group in section {
                    self.types.extend(group?.types().map(|ty| match &ty.composite_type.inner {
                        CompositeInnerType::Func(func) => {
                            Arity { params: func.params().len() as u32, results: func.results().len() as u32 }
                        }
                        _ => Arity::default(),
                    }));
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    match import?.ty {
                        TypeRef::Func(ty) | TypeRef::FuncExact(ty) => self.func_types.push(ty),
                        TypeRef::Table(ty) => self.tables.push(ty),
                        TypeRef::Memory(ty) => self.memories.push(ty),
                        TypeRef::Global(_) => self.globals += 1,
                        TypeRef::Tag(_) => {}
                    }
                }
                (self.imported_funcs, self.imported_globals) = (self.func_types.len() as u32, self.globals);
            }
            Payload::FunctionSection(section) => {
                for ty in section {
                    self.func_types.push(ty?);
                }
            }
            Payload::TableSection(section) => {
                for table in section {
                    self.tables.push(table?.ty);
                }
            }
            Payload::MemorySection(section) => {
                for memory in section {
                    self.memories.push(memory?);
                }
            }
            Payload::GlobalSection(section) => self.globals += section.count(),
            Payload::StartSection { func, .. } => self.start = Some(func),
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export?;
                    if matches!(export.kind, ExternalKind::Func | ExternalKind::FuncExact) {
                        self.exported_funcs.insert(export.index);
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Returns whether the host may call the function at `position` in the code section.
    pub fn is_entrance(&self, position: usize) -> bool {
        let index = self.imported_funcs + position as u32;
        self.start == Some(index) || self.exported_funcs.contains(&index)
    }

    /// Returns the arity of the function at `position` in the code section.
    pub fn arity(&self, position: usize) -> Arity {
        self.types[self.func_types[self.imported_funcs as usize + position] as usize]
    }
}
