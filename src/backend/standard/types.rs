//! Conversions of types. The shim's types are converted to the engine's types. Only function types are also converted
//! in the other direction.

use crate::backend::wasm_h;
use crate::base::types::{FuncType, GlobalType, MemoryType, TableType, ValType};
use wasm_c_api as c;

/// Returns the kind of a value type, as used in `wasm_val_t`.
pub fn val_kind(ty: ValType) -> c::wasm_valkind_t {
    wasm_h::kind(ty).unwrap_or_else(|| unreachable!("`object::require` refuses such types"))
}

/// Returns the type of a function.
///
/// # Safety
/// The function lives. `wasm.h` can express all value types of the function, because an engine may abort on other
/// types.
pub unsafe fn read_func_type(func: *mut c::wasm_func_t) -> FuncType {
    // SAFETY: the caller guarantees that the function lives and has only value types that `wasm.h` can express. This
    // function owns the returned type, and frees the type after reading it.
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
    // SAFETY: the function only allocates a type. The caller owns the type.
    unsafe { c::wasm_valtype_new(val_kind(ty)) }
}

/// Creates a function type. The caller owns the type.
pub fn func_type(ty: &FuncType) -> *mut c::wasm_functype_t {
    wasm_h::func_type(ty, val_type)
}

/// Creates a memory type. The caller owns the type. The shim has checked that the memory has 32-bit addresses and is
/// not shared.
pub fn memory_type(ty: &MemoryType) -> *mut c::wasm_memorytype_t {
    // SAFETY: the engine only reads the limits. The caller owns the returned type.
    unsafe { c::wasm_memorytype_new(&wasm_h::limits(&ty.limits)) }
}

/// Creates a table type. The caller owns the type. The shim has checked that the table has 32-bit indices.
pub fn table_type(ty: &TableType) -> *mut c::wasm_tabletype_t {
    wasm_h::table_type(ty, val_type)
}

/// Creates a global type. The caller owns the type.
pub fn global_type(ty: &GlobalType) -> *mut c::wasm_globaltype_t {
    wasm_h::global_type(ty, val_type)
}
