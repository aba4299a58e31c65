//! Globals.

use crate::backend::standard::engine::{last_error, pending_error};
use crate::backend::standard::{Object, reference, types, value};
use crate::base::error::{Result, fail};
use crate::base::types::GlobalType;
use crate::base::value::Value;
use wasm_c_api as c;

fn global(object: Object) -> *mut c::wasm_global_t {
    // SAFETY: the shim passes only globals here; the pointer lives as long as the object.
    unsafe { c::wasm_extern_as_global(object.raw) }
}

/// A global. A reference in the slot is freed.
pub fn new(store: *mut c::wasm_store_t, ty: &GlobalType, slot: Value) -> Result<Object> {
    let raw_type = types::global_type(ty);
    let init = value::to_c(ty.content, slot);
    // SAFETY: type and value are only read; the global is ours until the copy of its extern takes its place.
    unsafe {
        let global = spend(ty, slot, || c::wasm_global_new(store, raw_type, &init));
        c::wasm_globaltype_delete(raw_type);
        if global.is_null() {
            fail!(Engine, "the engine could not make the global: {}", last_error());
        }
        let raw = c::wasm_extern_copy(c::wasm_global_as_extern(global));
        c::wasm_global_delete(global);
        Ok(Object { raw, reference: std::ptr::null_mut() })
    }
}

/// The value.
pub fn get(object: Object, ty: &GlobalType) -> Result<Value> {
    let mut out = value::zero(ty.content);
    // SAFETY: the global lives, and the place for its value is ours.
    unsafe { c::wasm_global_get(global(object), &mut out) };
    match pending_error() {
        Some(reason) => fail!(Engine, "the engine could not read the global: {reason}"),
        None => Ok(value::from_c(&out)),
    }
}

/// Sets the value of a mutable global. A reference in the slot is freed.
pub fn set(object: Object, ty: &GlobalType, slot: Value) -> Result<()> {
    let value = value::to_c(ty.content, slot);
    // SAFETY: the global lives and is mutable; the value is only read.
    spend(ty, slot, || unsafe { c::wasm_global_set(global(object), &value) });
    match pending_error() {
        Some(reason) => fail!(Engine, "the engine could not set the global: {reason}"),
        None => Ok(()),
    }
}

fn spend<T>(ty: &GlobalType, slot: Value, use_it: impl FnOnce() -> T) -> T {
    if ty.content.is_ref() { reference::spend(slot, |_| use_it()) } else { use_it() }
}
