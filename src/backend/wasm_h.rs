//! Conversions of objects of `wasm.h` that both backends need: texts, types, and the frames of traps.

use crate::base::error::Frame;
use crate::base::types::{FuncType, GlobalType, Limits, TableType, ValType};
use wasm_c_api as c;

/// Returns the text that `write` stores in a byte vector. Removes a closing NUL.
///
/// # Safety
/// `write` initializes the vector, and this function then owns the vector.
pub unsafe fn text(write: impl FnOnce(*mut c::wasm_byte_vec_t)) -> String {
    // SAFETY: the caller guarantees that `write` initializes the vector. This function owns the vector, and frees the
    // vector after copying the text.
    unsafe {
        let mut vec = std::mem::zeroed();
        write(&mut vec);
        let text = vec_text(&vec);
        c::wasm_byte_vec_delete(&mut vec);
        text
    }
}

/// Returns the text in a byte vector. Removes a closing NUL.
///
/// # Safety
/// The vector's `data` points to `size` bytes. `data` may be null if `size` is 0.
pub unsafe fn vec_text(vec: &c::wasm_byte_vec_t) -> String {
    if vec.size == 0 {
        return String::new();
    }
    // SAFETY: the caller guarantees that `data` points to `size` bytes, and `size` is not 0.
    let bytes = unsafe { std::slice::from_raw_parts(vec.data.cast::<u8>(), vec.size) };
    String::from_utf8_lossy(bytes.strip_suffix(&[0]).unwrap_or(bytes)).into_owned()
}

/// Returns the frames that `write` stores in a vector. `names` returns the function name and the module name of a
/// frame.
///
/// # Safety
/// `write` initializes the vector, and this function then owns the vector.
pub unsafe fn frames(
    write: impl FnOnce(*mut c::wasm_frame_vec_t),
    names: impl Fn(*mut c::wasm_frame_t) -> (Option<String>, Option<String>),
) -> Vec<Frame> {
    // SAFETY: the caller guarantees that `write` initializes the vector. The vector owns its frames. All frames are
    // read before the vector is freed.
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
                    has_debug_info: false,
                }
            })
            .collect();
        c::wasm_frame_vec_delete(&mut vec);
        frames
    }
}

/// Returns the `wasm.h` kind of a value type. Returns `None` for a type that `wasm.h` cannot express.
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

/// The kind of external references. Older headers call this number `WASM_ANYREF`, and newer headers call it
/// `WASM_EXTERNREF`.
const EXTERNREF: c::wasm_valkind_enum = 128;

/// A function that creates a value type. The caller of the function owns the type. Each backend passes its own
/// function.
type MakeValType = fn(ValType) -> *mut c::wasm_valtype_t;

fn val_types(types: &[ValType], val_type: MakeValType) -> c::wasm_valtype_vec_t {
    let mut items: Vec<_> = types.iter().map(|ty| val_type(*ty)).collect();
    // SAFETY: every element is a new type. The vector takes ownership of the elements.
    unsafe {
        let mut vec = std::mem::zeroed();
        c::wasm_valtype_vec_new(&mut vec, items.len(), items.as_mut_ptr() as _);
        vec
    }
}

/// Creates a function type. The caller owns the type.
pub fn func_type(ty: &FuncType, val_type: MakeValType) -> *mut c::wasm_functype_t {
    let (mut params, mut results) = (val_types(&ty.params, val_type), val_types(&ty.results, val_type));
    // SAFETY: the function type takes ownership of both vectors.
    unsafe { c::wasm_functype_new(&mut params, &mut results) }
}

/// Converts a function type of the engine to a type of the shim. `val_type` converts each value type.
///
/// # Safety
/// `raw` is a live function type during the call.
pub unsafe fn read_func_type(
    raw: *const c::wasm_functype_t,
    val_type: impl Fn(*mut c::wasm_valtype_t) -> ValType,
) -> FuncType {
    let read = |vec: *const c::wasm_valtype_vec_t| {
        // SAFETY: the caller guarantees that the function type is live, and the function type owns the vector. `data`
        // points to `size` value types.
        unsafe {
            let types = if (*vec).size == 0 { &[][..] } else { std::slice::from_raw_parts((*vec).data, (*vec).size) };
            types.iter().map(|ty| val_type(*ty)).collect()
        }
    };
    // SAFETY: the caller guarantees that the function type is live. The function type owns both vectors.
    unsafe { FuncType { params: read(c::wasm_functype_params(raw)), results: read(c::wasm_functype_results(raw)) } }
}

/// Converts limits to `wasm.h`. The shim has checked that both limits fit 32 bits.
pub fn limits(limits: &Limits) -> c::wasm_limits_t {
    // 0xffff_ffff means no maximum (wasm.h, `wasm_limits_max_default`).
    c::wasm_limits_t { min: limits.min as u32, max: limits.max.map_or(u32::MAX, |max| max as u32) }
}

/// Creates a table type. The caller owns the type. The shim has checked that the table has 32-bit indices.
pub fn table_type(ty: &TableType, val_type: MakeValType) -> *mut c::wasm_tabletype_t {
    // SAFETY: the table type takes ownership of the new element type. The engine only reads the limits.
    unsafe { c::wasm_tabletype_new(val_type(ty.element), &limits(&ty.limits)) }
}

/// Creates a global type. The caller owns the type.
pub fn global_type(ty: &GlobalType, val_type: MakeValType) -> *mut c::wasm_globaltype_t {
    let mutability = if ty.mutable { c::wasm_mutability_enum_WASM_VAR } else { c::wasm_mutability_enum_WASM_CONST };
    // SAFETY: the global type takes ownership of the new content type.
    unsafe { c::wasm_globaltype_new(val_type(ty.content), mutability as c::wasm_mutability_t) }
}
