//! Objects of `wasm.h` that both backends read and make: texts, frames and types.

use crate::base::error::Frame;
use crate::base::types::{FuncType, GlobalType, Limits, TableType, ValType};
use wasm_c_api as c;

/// Returns the text that `write` writes into a vector, without a closing NUL.
///
/// # Safety
/// `write` initializes the vector, which this function then owns.
pub unsafe fn text(write: impl FnOnce(*mut c::wasm_byte_vec_t)) -> String {
    // SAFETY: the caller guarantees that `write` initializes the vector, which is read and then freed.
    unsafe {
        let mut vec = std::mem::zeroed();
        write(&mut vec);
        let text = vec_text(&vec);
        c::wasm_byte_vec_delete(&mut vec);
        text
    }
}

/// Returns the text in a vector, without a closing NUL.
///
/// # Safety
/// `data` of the vector points to `size` bytes; it may be null if `size` is 0.
pub unsafe fn vec_text(vec: &c::wasm_byte_vec_t) -> String {
    if vec.size == 0 {
        return String::new();
    }
    // SAFETY: the caller guarantees that `data` points to `size` bytes, and `size` is not 0.
    let bytes = unsafe { std::slice::from_raw_parts(vec.data.cast::<u8>(), vec.size) };
    String::from_utf8_lossy(bytes.strip_suffix(&[0]).unwrap_or(bytes)).into_owned()
}

/// Returns the frames that `write` writes into a vector. `names` returns the names of a frame's function and module.
///
/// # Safety
/// `write` initializes the vector, which this function then owns.
pub unsafe fn frames(
    write: impl FnOnce(*mut c::wasm_frame_vec_t),
    names: impl Fn(*mut c::wasm_frame_t) -> (Option<String>, Option<String>),
) -> Vec<Frame> {
    // SAFETY: the caller guarantees that `write` initializes the vector. The vector owns its frames, which are read before
    // the vector is freed.
    unsafe {
        let mut vec: c::wasm_frame_vec_t = std::mem::zeroed();
        write(&mut vec);
        let raw = if vec.size == 0 { &[][..] } else { std::slice::from_raw_parts(vec.data, vec.size) };
        let frames = raw
            .iter()
            .map(|frame| {
                let (func_name, module_name) = names(*frame);
                Frame {
                    func_index: c::wasm_frame_func_index(*frame),
                    func_offset: c::wasm_frame_func_offset(*frame),
                    module_offset: c::wasm_frame_module_offset(*frame),
                    func_name,
                    module_name,
                }
            })
            .collect();
        c::wasm_frame_vec_delete(&mut vec);
        frames
    }
}

/// Returns the kind of a value type; `None` for a type that `wasm.h` cannot express.
pub fn kind(ty: ValType) -> Option<c::wasm_valkind_t> {
    let kind = match ty {
        ValType::I32 => c::wasm_valkind_enum_WASM_I32,
        ValType::I64 => c::wasm_valkind_enum_WASM_I64,
        ValType::F32 => c::wasm_valkind_enum_WASM_F32,
        ValType::F64 => c::wasm_valkind_enum_WASM_F64,
        ValType::FuncRef => c::wasm_valkind_enum_WASM_FUNCREF,
        ValType::ExternRef => EXTERNREF,
        ValType::V128 | ValType::Other => return None,
    };
    Some(kind as c::wasm_valkind_t)
}

/// The kind of external references. Older headers name it `WASM_ANYREF`, newer ones `WASM_EXTERNREF`.
const EXTERNREF: c::wasm_valkind_enum = 128;

/// Makes a value type, owned by the caller. Each backend has a function of its own for this.
type MakeValType = fn(ValType) -> *mut c::wasm_valtype_t;

fn val_types(types: &[ValType], val_type: MakeValType) -> c::wasm_valtype_vec_t {
    let mut items: Vec<_> = types.iter().map(|ty| val_type(*ty)).collect();
    // SAFETY: every element is a fresh type, and the vector takes ownership of them.
    unsafe {
        let mut vec = std::mem::zeroed();
        c::wasm_valtype_vec_new(&mut vec, items.len(), items.as_mut_ptr() as _);
        vec
    }
}

/// Makes a function type, owned by the caller.
pub fn func_type(ty: &FuncType, val_type: MakeValType) -> *mut c::wasm_functype_t {
    let (mut params, mut results) = (val_types(&ty.params, val_type), val_types(&ty.results, val_type));
    // SAFETY: the function type takes ownership of both vectors.
    unsafe { c::wasm_functype_new(&mut params, &mut results) }
}

/// Converts a function type of the engine. `val_type` converts a value type.
///
/// # Safety
/// The type lives during the call.
pub unsafe fn read_func_type(
    raw: *const c::wasm_functype_t,
    val_type: impl Fn(*mut c::wasm_valtype_t) -> ValType,
) -> FuncType {
    let read = |vec: *const c::wasm_valtype_vec_t| {
        // SAFETY: the caller guarantees a living type, from which the vector borrows. `data` points to `size` types.
        unsafe {
            let types = if (*vec).size == 0 { &[][..] } else { std::slice::from_raw_parts((*vec).data, (*vec).size) };
            types.iter().map(|ty| val_type(*ty)).collect()
        }
    };
    // SAFETY: the caller guarantees a living type, from which parameters and results borrow.
    unsafe { FuncType { params: read(c::wasm_functype_params(raw)), results: read(c::wasm_functype_results(raw)) } }
}

/// Converts limits. The shim has checked that they fit 32 bits.
pub fn limits(limits: &Limits) -> c::wasm_limits_t {
    // 0xffff_ffff means no maximum (wasm.h, `wasm_limits_max_default`).
    c::wasm_limits_t { min: limits.min as u32, max: limits.max.map_or(u32::MAX, |max| max as u32) }
}

/// Makes a table type, owned by the caller. The shim has checked that the table is 32-bit.
pub fn table_type(ty: &TableType, val_type: MakeValType) -> *mut c::wasm_tabletype_t {
    // SAFETY: the table type takes ownership of the fresh element type, and the engine only reads the limits.
    unsafe { c::wasm_tabletype_new(val_type(ty.element), &limits(&ty.limits)) }
}

/// Makes a global type, owned by the caller.
pub fn global_type(ty: &GlobalType, val_type: MakeValType) -> *mut c::wasm_globaltype_t {
    let mutability = if ty.mutable { c::wasm_mutability_enum_WASM_VAR } else { c::wasm_mutability_enum_WASM_CONST };
    // SAFETY: the global type takes ownership of the fresh content type.
    unsafe { c::wasm_globaltype_new(val_type(ty.content), mutability as c::wasm_mutability_t) }
}
