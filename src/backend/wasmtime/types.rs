//! Conversions of types. The shim's types are converted to wasmtime's types. Only function types are also converted in
//! the other direction, for functions from tables and globals.

use crate::backend::wasm_h;
use crate::backend::wasmtime::external::Extern;
use crate::backend::wasmtime::store::Store;
use crate::base::types::{FuncType, GlobalType, TableType, ValType};
use wasm_c_api as c;

fn val_type(ty: ValType) -> *mut c::wasm_valtype_t {
    if ty == ValType::V128 {
        // SAFETY: the function only allocates a type. The caller owns the type.
        return unsafe { c::wasmtime_wasm_valtype_v128() };
    }
    let kind = wasm_h::kind(ty).unwrap_or_else(|| unreachable!("`object::require` refuses such types"));
    // SAFETY: wasmtime accepts every kind that `wasm_h::kind` returns. wasmtime allocates a type, and the caller owns
    // the type.
    unsafe { c::wasm_valtype_new(kind) }
}

/// Creates a function type. The caller owns the type.
pub fn func_type(ty: &FuncType) -> *mut c::wasm_functype_t {
    wasm_h::func_type(ty, val_type)
}

/// Creates a table type. The caller owns the type. The shim has checked that the table has 32-bit indices.
pub fn table_type(ty: &TableType) -> *mut c::wasm_tabletype_t {
    wasm_h::table_type(ty, val_type)
}

/// Creates a global type. The caller owns the type.
pub fn global_type(ty: &GlobalType) -> *mut c::wasm_globaltype_t {
    wasm_h::global_type(ty, val_type)
}

/// Returns the type of a function.
pub fn read_func_type(store: Store, func: &Extern) -> FuncType {
    // SAFETY: the caller passes a function of this store. This function owns the returned type, and frees the type
    // after reading it. The closure reads each value type with `wasmtime_valtype_new`, because `wasm_valtype_kind`
    // aborts on v128.
    unsafe {
        let raw = c::wasmtime_func_type(store.context, func.as_func());
        let ty = wasm_h::read_func_type(raw, |ty| {
            let mut out: c::wasmtime_valtype_t = std::mem::zeroed();
            c::wasmtime_valtype_new(ty, &mut out);
            let ty = read_val_type(&out);
            c::wasmtime_valtype_delete(&mut out);
            ty
        });
        c::wasm_functype_delete(raw);
        ty
    }
}

fn read_val_type(ty: &c::wasmtime_valtype_t) -> ValType {
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
