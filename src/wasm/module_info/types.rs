//! Functions that convert types of wasmparser to types of the shim.

use crate::base::types::{FuncType, GlobalType, Limits, MemoryType, TableType, ValType};
use wasmparser::{CompositeInnerType, HeapType, RefType};

/// Converts a type of the type section. Structs, arrays and continuations become function types without parameters and
/// results: they need a place in the same index space, but no function has such a type.
pub fn func_type(ty: &CompositeInnerType) -> FuncType {
    match ty {
        CompositeInnerType::Func(ty) => FuncType {
            params: ty.params().iter().map(val_type).collect(),
            results: ty.results().iter().map(val_type).collect(),
        },
        _ => FuncType::default(),
    }
}

/// Converts a value type.
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

/// Converts a reference type. References other than `funcref` and `externref` become [`ValType::Other`].
fn ref_type(ty: RefType) -> ValType {
    match (ty.is_nullable(), ty.heap_type()) {
        (true, HeapType::FUNC) => ValType::FuncRef,
        (true, HeapType::EXTERN) => ValType::ExternRef,
        _ => ValType::Other,
    }
}

/// Converts a table type.
pub fn table_type(ty: &wasmparser::TableType) -> TableType {
    TableType {
        element: ref_type(ty.element_type),
        limits: Limits { min: ty.initial, max: ty.maximum },
        table64: ty.table64,
    }
}

/// The default page size of a memory is 64 KiB.
const DEFAULT_PAGE_SIZE_LOG2: u32 = 16;

/// Converts a memory type.
pub fn memory_type(ty: &wasmparser::MemoryType) -> MemoryType {
    MemoryType {
        limits: Limits { min: ty.initial, max: ty.maximum },
        memory64: ty.memory64,
        shared: ty.shared,
        page_size_log2: ty.page_size_log2.unwrap_or(DEFAULT_PAGE_SIZE_LOG2) as u8,
    }
}

/// Converts a global type.
pub fn global_type(ty: &wasmparser::GlobalType) -> GlobalType {
    GlobalType { content: val_type(&ty.content_type), mutable: ty.mutable }
}

#[cfg(test)]
mod tests {
    use crate::wasm::module_info::ModuleInfo;

    /// Returns the types of a module's exports as texts.
    fn export_types(source: &str) -> Vec<String> {
        let info = ModuleInfo::parse(&wat::parse_str(source).unwrap()).unwrap();
        info.exports.iter().map(|export| export.ty.to_string()).collect()
    }

    #[test]
    fn limits_and_address_sizes_are_kept() {
        let types = export_types(
            r#"(module (memory (export "a") i64 1 2) (memory (export "b") 1 1 shared)
                 (table (export "c") 1 externref) (table (export "d") i64 1 2 funcref))"#,
        );
        assert_eq!(
            types,
            ["(memory i64 1 2)", "(memory 1 1 shared)", "(table 1 externref)", "(table i64 1 2 funcref)"]
        );
    }

    #[test]
    fn references_that_the_shim_cannot_name_are_other_references() {
        let types = export_types(
            r#"(module (type $s (struct)) (type $f (func (param (ref $s) funcref) (result externref v128)))
                 (func (export "f") (type $f) unreachable) (global (export "g") (ref null any) (ref.null any)))"#,
        );
        assert_eq!(types, ["(func (param (ref ...) funcref) (result externref v128))", "(global (ref ...))"]);
    }
}
