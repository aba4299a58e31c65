//! Types for the engine, made from the shim's. Only function types are also read back.

use crate::backend::wasm_h;
use crate::base::types::{FuncType, GlobalType, MemoryType, TableType, ValType};
use wasm_c_api as c;

/// Returns the kind of a value type, as in `wasm_val_t`.
pub fn val_kind(ty: ValType) -> c::wasm_valkind_t {
    wasm_h::kind(ty).unwrap_or_else(|| unreachable!("`object::require` refuses such types"))
}

/// Returns the type of a function.
///
/// # Safety
/// The function lives. `wasm.h` can express all its value types: an engine would abort on others.
pub unsafe fn read_func_type(func: *mut c::wasm_func_t) -> FuncType {
    // SAFETY: the caller guarantees a living function with such types. This function owns the type, and frees it.
    unsafe {
        let raw = c::wasm_func_type(func);
        let ty = wasm_h::read_func_type(raw, |ty| read_val_type(c::wasm_valtype_kind(ty)));
        c::wasm_functype_delete(raw);
        ty
    }
}

fn read_val_type(kind: c::wasm_valkind_t) -> ValType {
    use ValType::{ExternRef, F32, F64, FuncRef, I32, I64, Other};
    [I32, I64, F32, F64, FuncRef, ExternRef].into_iter().find(|ty| val_kind(*ty) == kind).unwrap_or(Other)
}

fn val_type(ty: ValType) -> *mut c::wasm_valtype_t {
    // SAFETY: the function allocates a type, which the caller owns.
    unsafe { c::wasm_valtype_new(val_kind(ty)) }
}

/// Makes a function type, owned by the caller.
pub fn func_type(ty: &FuncType) -> *mut c::wasm_functype_t {
    wasm_h::func_type(ty, val_type)
}

/// Makes a memory type, owned by the caller. The shim has checked that the memory is 32-bit and unshared.
pub fn memory_type(ty: &MemoryType) -> *mut c::wasm_memorytype_t {
    // SAFETY: the engine only reads the limits, and returns a type that the caller owns.
    unsafe { c::wasm_memorytype_new(&wasm_h::limits(&ty.limits)) }
}

/// Makes a table type, owned by the caller.
pub fn table_type(ty: &TableType) -> *mut c::wasm_tabletype_t {
    wasm_h::table_type(ty, val_type)
}

/// Makes a global type, owned by the caller.
pub fn global_type(ty: &GlobalType) -> *mut c::wasm_globaltype_t {
    wasm_h::global_type(ty, val_type)
}
