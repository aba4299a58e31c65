//! The reader of a module's sections.

use crate::base::types::{ExternType, FuncType, GlobalType, MemoryType, TableType, ValType};
use crate::wasm::module_info::early_trap::early_trap;
use crate::wasm::module_info::types::{func_type, global_type, memory_type, table_type};
use crate::wasm::module_info::{CustomSection, Export, Import, ModuleInfo};
use wasmparser::{BinaryReaderError, ExternalKind, KnownCustom, Name, Payload, TypeRef};

/// The result of a function that reads a part of a module.
pub type Parsed<T> = std::result::Result<T, BinaryReaderError>;

/// Builds a [`ModuleInfo`] from the sections of a module. The other fields are the index spaces of the module, which
/// list the types of all objects of a kind. Exports refer to an object by its index in them.
#[derive(Default)]
pub struct Reader {
    info: ModuleInfo,
    types: Vec<FuncType>,
    /// The type of each function, as an index into `types`.
    funcs: Vec<u32>,
    tables: Vec<TableType>,
    memories: Vec<MemoryType>,
    globals: Vec<GlobalType>,
    /// The type of each tag, as an index into `types`.
    tags: Vec<u32>,
    /// The positions of the imports of each kind: functions, tables, memories, globals, tags. Imported objects come
    /// first in each index space.
    imports: [Vec<usize>; 5],
}

impl Reader {
    /// Returns the description of the module. Call this after all sections have been read.
    pub fn finish(self) -> ModuleInfo {
        let mut val_types = self.types.iter().flat_map(FuncType::all_types);
        let has_unusual_funcs = val_types.any(|ty| matches!(ty, ValType::V128 | ValType::Other));
        ModuleInfo { memories: self.memories, tables: self.tables, has_unusual_funcs, ..self.info }
    }

    /// Reads one section, or one function body of the code section.
    pub fn read_section(&mut self, payload: &Payload<'_>) -> Parsed<()> {
        match payload {
            Payload::TypeSection(section) => {
                for group in section.clone() {
                    self.types.extend(group?.types().map(|ty| func_type(&ty.composite_type.inner)));
                }
            }
            Payload::ImportSection(section) => {
                for import in section.clone().into_imports() {
                    let import = import?;
                    let ty = self.add_import(import.ty);
                    self.imports[kind_number(&ty)].push(self.info.imports.len());
                    let (module, name) = (import.module.into(), import.name.into());
                    self.info.imports.push(Import { module, name, ty });
                }
            }
            Payload::FunctionSection(section) => {
                self.funcs.extend(section.clone().into_iter().collect::<Parsed<Vec<_>>>()?);
            }
            Payload::TableSection(section) => {
                for table in section.clone() {
                    self.tables.push(table_type(&table?.ty));
                }
            }
            Payload::MemorySection(section) => {
                for memory in section.clone() {
                    self.memories.push(memory_type(&memory?));
                }
            }
            Payload::GlobalSection(section) => {
                for global in section.clone() {
                    self.globals.push(global_type(&global?.ty));
                }
            }
            Payload::TagSection(section) => {
                for tag in section.clone() {
                    self.tags.push(tag?.func_type_idx);
                }
            }
            Payload::ExportSection(section) => {
                for export in section.clone() {
                    let export = export?;
                    if export.kind == ExternalKind::Table {
                        self.info.exported_tables.push(export.index);
                    }
                    // `export_type` returns `Some`, because the index of each export of a valid module exists.
                    if let Some(ty) = self.export_type(export.kind, export.index as usize) {
                        let import = self.imports[kind_number(&ty)].get(export.index as usize).copied();
                        self.info.exports.push(Export { name: export.name.into(), ty, import });
                    }
                }
            }
            Payload::StartSection { .. } => self.info.has_start = true,
            Payload::CodeSectionEntry(body) => {
                self.info.bodies.push(body.range());
                let trap = early_trap(body)?;
                self.info.early_traps.extend(trap.map(|offset| (body.range().start, offset)));
            }
            Payload::CustomSection(section) => {
                let start = self.info.custom_bytes.len();
                self.info.custom_bytes.extend_from_slice(section.data());
                let range = start..self.info.custom_bytes.len();
                self.info.custom_sections.push(CustomSection { name: section.name().into(), range });
                if let KnownCustom::Name(names) = section.as_known() {
                    // An invalid name section is not an error (core spec, "Custom Sections"). All names before the
                    // first invalid name are used.
                    for subsection in names.into_iter().map_while(Parsed::ok) {
                        self.read_names(subsection);
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Adds an import to the index space of its kind, and returns the type of the import.
    fn add_import(&mut self, ty: TypeRef) -> ExternType {
        match ty {
            TypeRef::Func(index) | TypeRef::FuncExact(index) => {
                self.funcs.push(index);
                self.info.imported_funcs += 1;
                ExternType::Func(self.signature(index))
            }
            TypeRef::Table(ty) => {
                self.tables.push(table_type(&ty));
                self.info.imported_tables += 1;
                ExternType::Table(table_type(&ty))
            }
            TypeRef::Memory(ty) => {
                self.memories.push(memory_type(&ty));
                self.info.imported_memories += 1;
                ExternType::Memory(memory_type(&ty))
            }
            TypeRef::Global(ty) => {
                self.globals.push(global_type(&ty));
                ExternType::Global(global_type(&ty))
            }
            TypeRef::Tag(ty) => {
                self.tags.push(ty.func_type_idx);
                ExternType::Tag(self.signature(ty.func_type_idx))
            }
        }
    }

    /// Returns the type of the object with this kind and index. Returns `None` if the index does not exist.
    fn export_type(&self, kind: ExternalKind, index: usize) -> Option<ExternType> {
        Some(match kind {
            ExternalKind::Func | ExternalKind::FuncExact => ExternType::Func(self.signature(*self.funcs.get(index)?)),
            ExternalKind::Table => ExternType::Table(*self.tables.get(index)?),
            ExternalKind::Memory => ExternType::Memory(*self.memories.get(index)?),
            ExternalKind::Global => ExternType::Global(*self.globals.get(index)?),
            ExternalKind::Tag => ExternType::Tag(self.signature(*self.tags.get(index)?)),
        })
    }

    /// Returns the function type at `index` in the type section.
    fn signature(&self, index: u32) -> FuncType {
        self.types.get(index as usize).cloned().unwrap_or_default()
    }

    /// Reads one subsection of the name section.
    fn read_names(&mut self, subsection: Name<'_>) {
        match subsection {
            Name::Module { name, .. } => self.info.name = Some(name.into()),
            Name::Function(map) => {
                let names = map.into_iter().map_while(Parsed::ok);
                self.info.func_names.extend(names.map(|naming| (naming.index, naming.name.into())));
            }
            _ => {}
        }
    }
}

/// Returns the position of this kind of object in [`Reader::imports`].
fn kind_number(ty: &ExternType) -> usize {
    match ty {
        ExternType::Func(_) => 0,
        ExternType::Table(_) => 1,
        ExternType::Memory(_) => 2,
        ExternType::Global(_) => 3,
        ExternType::Tag(_) => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(source: &str) -> ModuleInfo {
        ModuleInfo::parse(&wat::parse_str(source).unwrap()).unwrap()
    }

    #[test]
    fn an_import_can_be_exported() {
        let info = parse(
            r#"(module
                 (import "m" "f" (func (param i64))) (import "m" "g" (global i32)) (import "m" "t" (tag (param f32)))
                 (func (param v128))
                 (export "f" (func 0)) (export "g" (global 0)) (export "t" (tag 0)) (export "own" (func 1)))"#,
        );
        let types: Vec<_> = info.exports.iter().map(|export| export.ty.to_string()).collect();
        let imports: Vec<_> = info.exports.iter().map(|export| export.import).collect();
        assert_eq!(imports, [Some(0), Some(1), Some(2), None]);
        assert_eq!(types, ["(func (param i64))", "(global i32)", "(tag (func (param f32)))", "(func (param v128))"]);
    }

    #[test]
    fn imported_memories_and_tables_come_first() {
        let info = parse(
            r#"(module (import "m" "m" (memory 5)) (import "m" "t" (table 6 funcref)) (memory 7) (table 8 externref))"#,
        );
        assert_eq!(info.memories.iter().map(|ty| ty.limits.min).collect::<Vec<_>>(), [5, 7]);
        assert_eq!(info.tables.iter().map(|ty| ty.limits.min).collect::<Vec<_>>(), [6, 8]);
    }

    #[test]
    fn unusual_functions_take_vectors_or_typed_references() {
        assert!(!parse("(module (func (param i32 funcref externref)))").has_unusual_funcs);
        assert!(parse("(module (func (param v128)))").has_unusual_funcs);
        assert!(parse("(module (type $t (func)) (func (param (ref $t))))").has_unusual_funcs);
    }

    #[test]
    fn names_before_an_invalid_one_are_used() {
        // The subsection of the module's name, `m`, and an unfinished subsection of function names.
        let names = b"\x04name\x00\x02\x01m\x01\x20\x01\x00";
        let mut wasm = b"\0asm\x01\0\0\0".to_vec();
        crate::wasm::binary::push_section(&mut wasm, 0, names);
        let info = ModuleInfo::parse(&wasm).unwrap();
        assert_eq!((info.name.as_deref(), info.func_names.len()), (Some("m"), 0));
    }
}
