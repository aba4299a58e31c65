//! What a module says about itself, read from its bytes with wasmparser: never from the engine.

use crate::base::error::{Error, ErrorKind, Result, fail};
use crate::base::types::{ExternType, FuncType, GlobalType, Limits, MemoryType, TableType, ValType};
use std::collections::BTreeMap;
use std::ops::Range;
use wasmparser::{
    BinaryReaderError, CompositeInnerType, ExternalKind, FunctionBody, HeapType, KnownCustom, Name, Operator, Parser,
    Payload, RefType, TypeRef, Validator, WasmFeatures,
};

/// One import, in the module's order.
#[derive(Clone, Debug)]
pub struct Import {
    /// The module asked.
    pub module: String,
    /// The name asked for.
    pub name: String,
    /// The type asked for.
    pub ty: ExternType,
}

/// One export, in the module's order.
#[derive(Clone, Debug)]
pub struct Export {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: ExternType,
}

/// A custom section: its name and where its contents are in [`ModuleInfo::bytes`].
#[derive(Clone, Debug)]
pub struct CustomSection {
    /// Its name; several may have the same.
    pub name: String,
    range: Range<usize>,
}

/// A module's imports, exports, names and custom sections.
#[derive(Debug, Default)]
pub struct ModuleInfo {
    /// Imports in the module's order.
    pub imports: Vec<Import>,
    /// Exports in the module's order.
    pub exports: Vec<Export>,
    /// Custom sections in the module's order.
    pub custom_sections: Vec<CustomSection>,
    /// The module's own name, from the name section.
    pub name: Option<String>,
    /// Function names from the name section.
    pub func_names: BTreeMap<u32, String>,
    /// Whether it has a start function.
    pub has_start: bool,
    /// All memories, imported ones first.
    pub memories: Vec<MemoryType>,
    /// All tables, imported ones first.
    pub tables: Vec<TableType>,
    /// Custom sections' contents, one after another.
    custom_bytes: Vec<u8>,
    /// Where each function's body is in the module; imported functions have none and come first.
    bodies: Vec<Range<usize>>,
    /// For functions that may trap before they do anything else: where the body begins, and where the trap is.
    early_traps: BTreeMap<usize, usize>,
    imported_funcs: usize,
    /// Whether a function of it may take or return vectors, or references of other types than the common two.
    pub has_unusual_funcs: bool,
}

impl ModuleInfo {
    /// Reads a module that has been validated.
    pub fn parse(wasm: &[u8]) -> Result<Self> {
        let mut reader = Reader::default();
        for payload in Parser::new(0).parse_all(wasm) {
            reader.section(&payload.map_err(malformed)?).map_err(malformed)?;
        }
        let mut val_types = reader.types.iter().flat_map(|ty| ty.params.iter().chain(ty.results.iter()));
        let has_unusual_funcs = val_types.any(|ty| matches!(ty, ValType::V128 | ValType::Other));
        Ok(ModuleInfo { memories: reader.memories, tables: reader.tables, has_unusual_funcs, ..reader.info })
    }

    /// Forgets where the code was, for a module whose code was taken out.
    pub fn forget_bodies(mut self) -> Self {
        self.bodies.clear();
        self.early_traps.clear();
        self
    }

    /// Whether the function of this index has its body at `offset`; unknown for a module whose code was taken out.
    pub fn may_contain(&self, func_index: u32, offset: usize) -> bool {
        let body = (func_index as usize).checked_sub(self.imported_funcs).and_then(|index| self.bodies.get(index));
        self.bodies.is_empty() || body.is_some_and(|body| (body.start..=body.end).contains(&offset))
    }

    /// Where in the function the trap is that an engine reports at the very beginning of the body.
    pub fn early_trap(&self, func_index: u32, offset: usize) -> Option<usize> {
        let trap = *self.early_traps.get(&offset)?;
        self.may_contain(func_index, offset).then_some(trap)
    }

    /// The contents of a custom section.
    pub fn custom_section(&self, section: &CustomSection) -> &[u8] {
        &self.custom_bytes[section.range.clone()]
    }
}

/// Validates `wasm` under `features`; says what feature is missing where some other set would do.
///
/// `possible` is what the engine can be made with.
pub fn validate(wasm: &[u8], features: WasmFeatures, possible: WasmFeatures, engine: &str) -> Result<()> {
    let Err(error) = Validator::new_with_features(features).validate_all(wasm) else { return Ok(()) };
    if !wasm.starts_with(b"\0asm") {
        let offset = error.offset();
        fail!(Malformed, "not a WebAssembly module: it does not begin with the bytes `\\0asm` (at offset {offset:#x})");
    }
    if Validator::new_with_features(WasmFeatures::all() & !WasmFeatures::COMPONENT_MODEL).validate_all(wasm).is_ok() {
        if Validator::new_with_features(possible | features).validate_all(wasm).is_ok() {
            let missing = missing_features(wasm, features).join(", ");
            fail!(Malformed, "the engine was made without {missing}, which the module needs: {}", describe(&error));
        }
        let missing = missing_features(wasm, possible | features).join(", ");
        fail!(Malformed, "the engine `{engine}` does not support {missing}: {}", describe(&error));
    }
    Err(malformed(error))
}

/// The fewest named features beyond `features` under which the module is valid.
fn missing_features(wasm: &[u8], features: WasmFeatures) -> Vec<String> {
    let mut needed = WasmFeatures::all() & !WasmFeatures::COMPONENT_MODEL;
    for (_, feature) in (WasmFeatures::all() & !features).iter_names() {
        let fewer = needed & !feature;
        if Validator::new_with_features(fewer | features).validate_all(wasm).is_ok() {
            needed = fewer;
        }
    }
    let name = |(name, _): (&str, WasmFeatures)| format!("`{}`", name.to_lowercase().replace('_', "-"));
    (needed & !features).iter_names().map(name).collect()
}

fn describe(error: &BinaryReaderError) -> String {
    format!("{} (at offset {:#x})", error.message(), error.offset())
}

fn malformed(error: BinaryReaderError) -> Error {
    Error::new(ErrorKind::Malformed, describe(&error))
}

/// Collects the index spaces while reading, which exports refer to.
#[derive(Default)]
struct Reader {
    info: ModuleInfo,
    types: Vec<FuncType>,
    funcs: Vec<u32>,
    tables: Vec<TableType>,
    memories: Vec<MemoryType>,
    globals: Vec<GlobalType>,
    tags: Vec<u32>,
}

type Parsed<T> = std::result::Result<T, BinaryReaderError>;

impl Reader {
    fn section(&mut self, payload: &Payload<'_>) -> Parsed<()> {
        match payload {
            Payload::TypeSection(section) => {
                for group in section.clone() {
                    self.types.extend(group?.types().map(|ty| func_type(&ty.composite_type.inner)));
                }
            }
            Payload::ImportSection(section) => {
                for import in section.clone().into_imports() {
                    let import = import?;
                    let ty = self.import(import.ty);
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
                    // A module that was validated exports only what it has.
                    if let Some(ty) = self.export(export.kind, export.index as usize) {
                        self.info.exports.push(Export { name: export.name.into(), ty });
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
                    // A damaged name section is not an error (core spec, "Custom Sections"): what was read stays.
                    for part in names.into_iter().map_while(Parsed::ok) {
                        self.names(part);
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn import(&mut self, ty: TypeRef) -> ExternType {
        match ty {
            TypeRef::Func(index) | TypeRef::FuncExact(index) => {
                self.funcs.push(index);
                self.info.imported_funcs += 1;
                ExternType::Func(self.signature(index))
            }
            TypeRef::Table(ty) => {
                self.tables.push(table_type(&ty));
                ExternType::Table(table_type(&ty))
            }
            TypeRef::Memory(ty) => {
                self.memories.push(memory_type(&ty));
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

    fn export(&self, kind: ExternalKind, index: usize) -> Option<ExternType> {
        Some(match kind {
            ExternalKind::Func | ExternalKind::FuncExact => ExternType::Func(self.signature(*self.funcs.get(index)?)),
            ExternalKind::Table => ExternType::Table(*self.tables.get(index)?),
            ExternalKind::Memory => ExternType::Memory(*self.memories.get(index)?),
            ExternalKind::Global => ExternType::Global(*self.globals.get(index)?),
            ExternalKind::Tag => ExternType::Tag(self.signature(*self.tags.get(index)?)),
        })
    }

    fn signature(&self, index: u32) -> FuncType {
        self.types.get(index as usize).cloned().unwrap_or_default()
    }

    fn names(&mut self, part: Name<'_>) {
        match part {
            Name::Module { name, .. } => self.info.name = Some(name.into()),
            Name::Function(map) => {
                let names = map.into_iter().map_while(Parsed::ok);
                self.info.func_names.extend(names.map(|naming| (naming.index, naming.name.into())));
            }
            _ => {}
        }
    }
}

/// The place of the first operator that is no constant, if it can be nothing but a trap, or accesses a memory.
#[rustfmt::skip]
fn early_trap(body: &FunctionBody<'_>) -> Parsed<Option<usize>> {
    use Operator as O;
    for operator in body.get_operators_reader()?.into_iter_with_offsets() {
        match operator? {
            (O::Nop | O::I32Const { .. } | O::I64Const { .. } | O::F32Const { .. } | O::F64Const { .. }, _) => {}
            (
                O::Unreachable
                | O::I32Load { .. } | O::I64Load { .. } | O::F32Load { .. } | O::F64Load { .. }
                | O::I32Load8S { .. } | O::I32Load8U { .. } | O::I32Load16S { .. } | O::I32Load16U { .. }
                | O::I64Load8S { .. } | O::I64Load8U { .. } | O::I64Load16S { .. } | O::I64Load16U { .. }
                | O::I64Load32S { .. } | O::I64Load32U { .. }
                | O::I32Store { .. } | O::I64Store { .. } | O::F32Store { .. } | O::F64Store { .. }
                | O::I32Store8 { .. } | O::I32Store16 { .. }
                | O::I64Store8 { .. } | O::I64Store16 { .. } | O::I64Store32 { .. },
                offset,
            ) => return Ok(Some(offset)),
            _ => return Ok(None),
        }
    }
    Ok(None)
}

fn func_type(ty: &CompositeInnerType) -> FuncType {
    match ty {
        CompositeInnerType::Func(ty) => FuncType {
            params: ty.params().iter().map(val_type).collect(),
            results: ty.results().iter().map(val_type).collect(),
        },
        // Structs, arrays and continuations share the index space; no function has such a type.
        _ => FuncType::default(),
    }
}

fn val_type(ty: &wasmparser::ValType) -> ValType {
    match ty {
        wasmparser::ValType::I32 => ValType::I32,
        wasmparser::ValType::I64 => ValType::I64,
        wasmparser::ValType::F32 => ValType::F32,
        wasmparser::ValType::F64 => ValType::F64,
        wasmparser::ValType::V128 => ValType::V128,
        wasmparser::ValType::Ref(ty) => ref_type(*ty),
    }
}

fn ref_type(ty: RefType) -> ValType {
    match (ty.is_nullable(), ty.heap_type()) {
        (true, HeapType::FUNC) => ValType::FuncRef,
        (true, HeapType::EXTERN) => ValType::ExternRef,
        _ => ValType::Other,
    }
}

fn table_type(ty: &wasmparser::TableType) -> TableType {
    TableType {
        element: ref_type(ty.element_type),
        limits: Limits { min: ty.initial, max: ty.maximum },
        table64: ty.table64,
    }
}

fn memory_type(ty: &wasmparser::MemoryType) -> MemoryType {
    MemoryType {
        limits: Limits { min: ty.initial, max: ty.maximum },
        memory64: ty.memory64,
        shared: ty.shared,
        page_size_log2: ty.page_size_log2.unwrap_or(16) as u8,
    }
}

fn global_type(ty: &wasmparser::GlobalType) -> GlobalType {
    GlobalType { content: val_type(&ty.content_type), mutable: ty.mutable }
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
    fn names_the_missing_feature() {
        let wasm = wat::parse_str("(module (memory i64 1))").unwrap();
        let error = validate(&wasm, WasmFeatures::WASM2, WasmFeatures::WASM2, "x").unwrap_err();
        assert!(error.message.starts_with("the engine `x` does not support `memory64`: "), "{}", error.message);
    }
}
