//! Types, made for wasmtime and, for functions found in tables and globals, read from it.

use crate::backend::wasmtime::engine::Store;
use crate::types::{FuncType, GlobalType, TableType, ValType};
use wasm_c_api as c;

fn val_type(ty: ValType) -> *mut c::wasm_valtype_t {
    let kind = match ty {
        ValType::I32 => c::wasm_valkind_enum_WASM_I32,
        ValType::I64 => c::wasm_valkind_enum_WASM_I64,
        ValType::F32 => c::wasm_valkind_enum_WASM_F32,
        ValType::F64 => c::wasm_valkind_enum_WASM_F64,
        ValType::FuncRef => c::wasm_valkind_enum_WASM_FUNCREF,
        ValType::ExternRef => c::wasm_valkind_enum_WASM_EXTERNREF,
        // SAFETY: makes a type that the caller owns.
        ValType::V128 => return unsafe { c::wasmtime_wasm_valtype_v128() },
        ValType::Other => unreachable!("`object::require` lets no such type come here"),
    };
    // SAFETY: as above, of a kind that wasmtime knows.
    unsafe { c::wasm_valtype_new(kind as c::wasm_valkind_t) }
}

fn val_types(types: &[ValType]) -> c::wasm_valtype_vec_t {
    let mut items: Vec<_> = types.iter().map(|ty| val_type(*ty)).collect();
    // SAFETY: every element is a fresh type, and the vector takes them over.
    unsafe {
        let mut vec = std::mem::zeroed();
        c::wasm_valtype_vec_new(&mut vec, items.len(), items.as_mut_ptr());
        vec
    }
}

/// A function type, owned by the caller.
pub fn func_type(ty: &FuncType) -> *mut c::wasm_functype_t {
    let (mut params, mut results) = (val_types(&ty.params), val_types(&ty.results));
    // SAFETY: the function type takes both vectors over.
    unsafe { c::wasm_functype_new(&mut params, &mut results) }
}

/// A table type, owned by the caller; 32-bit, as the shim has checked.
pub fn table_type(ty: &TableType) -> *mut c::wasm_tabletype_t {
    let max = ty.limits.max.map_or(u32::MAX, |max| max as u32);
    // SAFETY: the element type is fresh and is taken over; the limits are only read.
    unsafe { c::wasm_tabletype_new(val_type(ty.element), &c::wasm_limits_t { min: ty.limits.min as u32, max }) }
}

/// A global type, owned by the caller.
pub fn global_type(ty: &GlobalType) -> *mut c::wasm_globaltype_t {
    let mutability = if ty.mutable { c::wasm_mutability_enum_WASM_VAR } else { c::wasm_mutability_enum_WASM_CONST };
    // SAFETY: the content type is fresh and is taken over.
    unsafe { c::wasm_globaltype_new(val_type(ty.content), mutability as c::wasm_mutability_t) }
}

/// The type of a function.
pub fn of_func(store: Store, func: c::wasmtime_extern_t) -> FuncType {
    // SAFETY: the function belongs to the store, and its type is ours until it is deleted; params and results borrow.
    unsafe {
        let raw = c::wasmtime_func_type(store.context, &func.of.func);
        let ty = FuncType { params: read(c::wasm_functype_params(raw)), results: read(c::wasm_functype_results(raw)) };
        c::wasm_functype_delete(raw);
        ty
    }
}

unsafe fn read(vec: *const c::wasm_valtype_vec_t) -> Box<[ValType]> {
    // SAFETY: the vector borrows from a living type. `wasm_valtype_kind` would abort on v128; this one does not.
    unsafe {
        let types = if (*vec).size == 0 { &[][..] } else { std::slice::from_raw_parts((*vec).data, (*vec).size) };
        let read = |ty: &*mut c::wasm_valtype_t| {
            let mut out: c::wasmtime_valtype_t = std::mem::zeroed();
            c::wasmtime_valtype_new(*ty, &mut out);
            let ty = of_val(&out);
            c::wasmtime_valtype_delete(&mut out);
            ty
        };
        types.iter().map(read).collect()
    }
}

fn of_val(ty: &c::wasmtime_valtype_t) -> ValType {
    match u32::from(ty.kind) {
        c::WASMTIME_VALTYPE_KIND_I32 => ValType::I32,
        c::WASMTIME_VALTYPE_KIND_I64 => ValType::I64,
        c::WASMTIME_VALTYPE_KIND_F32 => ValType::F32,
        c::WASMTIME_VALTYPE_KIND_F64 => ValType::F64,
        c::WASMTIME_VALTYPE_KIND_V128 => ValType::V128,
        _ => {
            // Every other kind is a reference type.
            let reference = &ty.reftype;
            match (reference.nullable, u32::from(reference.heaptype.kind)) {
                (true, c::WASMTIME_HEAPTYPE_KIND_FUNC) => ValType::FuncRef,
                (true, c::WASMTIME_HEAPTYPE_KIND_EXTERN) => ValType::ExternRef,
                _ => ValType::Other,
            }
        }
    }
}
