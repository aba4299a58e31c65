//! Types for the engine, made from ours; never the other way round.

use crate::backend::wasm_h;
use crate::base::types::{FuncType, GlobalType, MemoryType, TableType, ValType};
use wasm_c_api as c;

/// The kind of a value as `wasm_val_t` has it.
pub fn val_kind(ty: ValType) -> c::wasm_valkind_t {
    wasm_h::kind(ty).unwrap_or_else(|| unreachable!("`object::require` lets no such type come here"))
}

/// The type of a function none of whose value types the header lacks: an engine would abort on such a one.
///
/// # Safety
/// The function lives.
pub unsafe fn of_func(func: *mut c::wasm_func_t) -> FuncType {
    // SAFETY: the caller's promise; the type is ours until it is deleted.
    unsafe {
        let raw = c::wasm_func_type(func);
        let ty = wasm_h::of_func(raw, |ty| of_kind(c::wasm_valtype_kind(ty)));
        c::wasm_functype_delete(raw);
        ty
    }
}

fn of_kind(kind: c::wasm_valkind_t) -> ValType {
    use ValType::{ExternRef, F32, F64, FuncRef, I32, I64, Other};
    [I32, I64, F32, F64, FuncRef, ExternRef].into_iter().find(|ty| val_kind(*ty) == kind).unwrap_or(Other)
}

fn val_type(ty: ValType) -> *mut c::wasm_valtype_t {
    // SAFETY: makes a type that the caller owns.
    unsafe { c::wasm_valtype_new(val_kind(ty)) }
}

/// A function type, owned by the caller.
pub fn func_type(ty: &FuncType) -> *mut c::wasm_functype_t {
    wasm_h::func_type(ty, val_type)
}

/// A memory type, owned by the caller; 32-bit and unshared, as the shim has checked.
pub fn memory_type(ty: &MemoryType) -> *mut c::wasm_memorytype_t {
    // SAFETY: the limits are only read.
    unsafe { c::wasm_memorytype_new(&wasm_h::limits(&ty.limits)) }
}

/// A table type, owned by the caller.
pub fn table_type(ty: &TableType) -> *mut c::wasm_tabletype_t {
    wasm_h::table_type(ty, val_type)
}

/// A global type, owned by the caller.
pub fn global_type(ty: &GlobalType) -> *mut c::wasm_globaltype_t {
    wasm_h::global_type(ty, val_type)
}
