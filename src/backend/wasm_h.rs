//! What both backends do with the objects of `wasm.h`.

use crate::base::error::Frame;
use crate::base::types::{FuncType, GlobalType, Limits, TableType, ValType};
use wasm_c_api as c;

/// A text that the engine writes into a vector of its own, without a closing NUL.
///
/// # Safety
/// `write` fills the vector, which is ours from then on.
pub unsafe fn text(write: impl FnOnce(*mut c::wasm_byte_vec_t)) -> String {
    // SAFETY: the vector is filled by the engine and freed by it, in between only read.
    unsafe {
        let mut vec = std::mem::zeroed();
        write(&mut vec);
        let text = bytes(&vec);
        c::wasm_byte_vec_delete(&mut vec);
        text
    }
}

/// The text in a vector of the engine.
///
/// # Safety
/// The vector points to as many bytes as it says.
pub unsafe fn bytes(vec: &c::wasm_byte_vec_t) -> String {
    if vec.size == 0 {
        return String::new();
    }
    // SAFETY: the caller's promise; an empty vector may point to nothing.
    let bytes = unsafe { std::slice::from_raw_parts(vec.data.cast::<u8>(), vec.size) };
    String::from_utf8_lossy(bytes.strip_suffix(&[0]).unwrap_or(bytes)).into_owned()
}

/// The frames that the engine writes into a vector of its own; `names` reads the names of function and module.
///
/// # Safety
/// As for [`text`].
pub unsafe fn frames(
    write: impl FnOnce(*mut c::wasm_frame_vec_t),
    names: impl Fn(*mut c::wasm_frame_t) -> (Option<String>, Option<String>),
) -> Vec<Frame> {
    // SAFETY: the vector owns its frames until it is deleted; they are only read.
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

/// The kind of a value type; None for a type that `wasm.h` has no word for.
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

/// Named `WASM_ANYREF` in older headers and `WASM_EXTERNREF` in newer ones; the number is the same.
const EXTERNREF: c::wasm_valkind_enum = 128;

/// How a backend makes a value type, owned by the caller.
type MakeValType = fn(ValType) -> *mut c::wasm_valtype_t;

fn val_types(types: &[ValType], val_type: MakeValType) -> c::wasm_valtype_vec_t {
    let mut items: Vec<_> = types.iter().map(|ty| val_type(*ty)).collect();
    // SAFETY: every element is a fresh type, and the vector takes them over.
    unsafe {
        let mut vec = std::mem::zeroed();
        c::wasm_valtype_vec_new(&mut vec, items.len(), items.as_mut_ptr() as _);
        vec
    }
}

/// A function type, owned by the caller.
pub fn func_type(ty: &FuncType, val_type: MakeValType) -> *mut c::wasm_functype_t {
    let (mut params, mut results) = (val_types(&ty.params, val_type), val_types(&ty.results, val_type));
    // SAFETY: the function type takes both vectors over.
    unsafe { c::wasm_functype_new(&mut params, &mut results) }
}

/// The type of a function, from one of the engine's, whose value types `val_type` reads.
///
/// # Safety
/// The type lives.
pub unsafe fn of_func(
    raw: *const c::wasm_functype_t,
    val_type: impl Fn(*mut c::wasm_valtype_t) -> ValType,
) -> FuncType {
    let read = |vec: *const c::wasm_valtype_vec_t| {
        // SAFETY: the vector borrows from a living type, and has as many value types as it says.
        unsafe {
            let types = if (*vec).size == 0 { &[][..] } else { std::slice::from_raw_parts((*vec).data, (*vec).size) };
            types.iter().map(|ty| val_type(*ty)).collect()
        }
    };
    // SAFETY: the caller's promise; params and results borrow from the type.
    unsafe { FuncType { params: read(c::wasm_functype_params(raw)), results: read(c::wasm_functype_results(raw)) } }
}

/// Limits of 32 bits, as the shim has checked.
pub fn limits(limits: &Limits) -> c::wasm_limits_t {
    // 0xffff_ffff stands for no maximum (wasm.h, `wasm_limits_max_default`).
    c::wasm_limits_t { min: limits.min as u32, max: limits.max.map_or(u32::MAX, |max| max as u32) }
}

/// A table type, owned by the caller; 32-bit, as the shim has checked.
pub fn table_type(ty: &TableType, val_type: MakeValType) -> *mut c::wasm_tabletype_t {
    // SAFETY: the element type is fresh and is taken over; the limits are only read.
    unsafe { c::wasm_tabletype_new(val_type(ty.element), &limits(&ty.limits)) }
}

/// A global type, owned by the caller.
pub fn global_type(ty: &GlobalType, val_type: MakeValType) -> *mut c::wasm_globaltype_t {
    let mutability = if ty.mutable { c::wasm_mutability_enum_WASM_VAR } else { c::wasm_mutability_enum_WASM_CONST };
    // SAFETY: the content type is fresh and is taken over.
    unsafe { c::wasm_globaltype_new(val_type(ty.content), mutability as c::wasm_mutability_t) }
}
