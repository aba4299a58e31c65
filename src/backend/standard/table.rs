//! Tables.

use crate::backend::standard::engine::last_error;
use crate::backend::standard::{Object, reference, types};
use crate::base::error::{Result, fail};
use crate::base::types::TableType;
use crate::base::value::Value;
use wasm_c_api as c;

fn table(object: Object) -> *mut c::wasm_table_t {
    // SAFETY: the shim passes only tables here; the pointer lives as long as the object.
    unsafe { c::wasm_extern_as_table(object.raw) }
}

/// A table full of `init`.
pub fn new(store: *mut c::wasm_store_t, ty: &TableType, init: Value) -> Result<Object> {
    let raw_type = types::table_type(ty);
    // SAFETY: type and reference are only read; the table is ours until the copy of its extern takes its place.
    unsafe {
        let table = reference::spend(init, |init| c::wasm_table_new(store, raw_type, init));
        c::wasm_tabletype_delete(raw_type);
        if table.is_null() {
            fail!(Engine, "the engine could not make a table of {} elements: {}", ty.limits.min, last_error());
        }
        let raw = c::wasm_extern_copy(c::wasm_table_as_extern(table));
        c::wasm_table_delete(table);
        Ok(Object { raw, reference: std::ptr::null_mut() })
    }
}

/// How many elements there are.
pub fn size(object: Object) -> u64 {
    // SAFETY: the table lives.
    u64::from(unsafe { c::wasm_table_size(table(object)) })
}

/// The element at an index in range.
pub fn get(object: Object, index: u64) -> Value {
    // SAFETY: the table lives; null is null, since the index is in range.
    Value { reference: unsafe { c::wasm_table_get(table(object), index as u32) } as u64 }
}

/// Sets the element at an index in range.
pub fn set(object: Object, index: u64, value: Value) -> Result<()> {
    // SAFETY: the table lives; the reference is only read.
    if !reference::spend(value, |value| unsafe { c::wasm_table_set(table(object), index as u32, value) }) {
        fail!(Engine, "the engine refused to set element {index} of the table: {}", last_error());
    }
    Ok(())
}

/// Grows; false where the engine refuses.
pub fn grow(object: Object, delta: u64, init: Value) -> bool {
    reference::spend(init, |init| {
        // SAFETY: the table lives; the reference is only read.
        u32::try_from(delta).is_ok_and(|delta| unsafe { c::wasm_table_grow(table(object), delta, init) })
    })
}
