//! Types for the engine, made from ours; never the other way round.

use crate::types::{FuncType, GlobalType, Limits, MemoryType, TableType, ValType};
use wasm_c_api as c;

fn kind(ty: ValType) -> c::wasm_valkind_t {
    let kind = match ty {
        ValType::I32 => c::wasm_valkind_enum_WASM_I32,
        ValType::I64 => c::wasm_valkind_enum_WASM_I64,
        ValType::F32 => c::wasm_valkind_enum_WASM_F32,
        ValType::F64 => c::wasm_valkind_enum_WASM_F64,
        ValType::FuncRef => c::wasm_valkind_enum_WASM_FUNCREF,
        ValType::ExternRef => EXTERNREF,
        ValType::V128 | ValType::Other => unreachable!("`object::require` lets no such type come here"),
    };
    kind as c::wasm_valkind_t
}

/// Named `WASM_ANYREF` in older headers and `WASM_EXTERNREF` in newer ones; the number is the same.
const EXTERNREF: c::wasm_valkind_enum = 128;

/// The kind of a value as `wasm_val_t` has it.
pub fn val_kind(ty: ValType) -> c::wasm_valkind_t {
    kind(ty)
}

fn val_types(types: &[ValType]) -> c::wasm_valtype_vec_t {
    // SAFETY: every element is a fresh type, and the vector takes them over.
    unsafe {
        let mut items: Vec<_> = types.iter().map(|ty| c::wasm_valtype_new(kind(*ty))).collect();
        let mut vec = std::mem::zeroed();
        c::wasm_valtype_vec_new(&mut vec, items.len(), items.as_mut_ptr() as _);
        vec
    }
}

/// A function type, owned by the caller.
pub fn func_type(ty: &FuncType) -> *mut c::wasm_functype_t {
    let (mut params, mut results) = (val_types(&ty.params), val_types(&ty.results));
    // SAFETY: the function type takes both vectors over.
    unsafe { c::wasm_functype_new(&mut params, &mut results) }
}

fn limits(limits: &Limits) -> c::wasm_limits_t {
    // 0xffff_ffff stands for no maximum (wasm.h, `wasm_limits_max_default`).
    c::wasm_limits_t { min: limits.min as u32, max: limits.max.map_or(u32::MAX, |max| max as u32) }
}

/// A memory type, owned by the caller; 32-bit and unshared, as the shim has checked.
pub fn memory_type(ty: &MemoryType) -> *mut c::wasm_memorytype_t {
    // SAFETY: the limits are only read.
    unsafe { c::wasm_memorytype_new(&limits(&ty.limits)) }
}

/// A table type, owned by the caller.
pub fn table_type(ty: &TableType) -> *mut c::wasm_tabletype_t {
    // SAFETY: the element type is fresh and is taken over; the limits are only read.
    unsafe { c::wasm_tabletype_new(c::wasm_valtype_new(kind(ty.element)), &limits(&ty.limits)) }
}

/// A global type, owned by the caller.
pub fn global_type(ty: &GlobalType) -> *mut c::wasm_globaltype_t {
    let mutability = if ty.mutable { c::wasm_mutability_enum_WASM_VAR } else { c::wasm_mutability_enum_WASM_CONST };
    // SAFETY: the content type is fresh and is taken over.
    unsafe { c::wasm_globaltype_new(c::wasm_valtype_new(kind(ty.content)), mutability as c::wasm_mutability_t) }
}
