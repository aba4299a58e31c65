//! References: in a slot, a reference is a `wasm_ref_t` that the slot owns; null is 0.

use crate::backend::Ref;
use crate::backend::standard::{Object, funcref};
use crate::base::error::{Result, fail};
use crate::base::types::{FuncType, ValType};
use crate::base::value::Value;
use wasm_c_api as c;

/// A slot that owns a reference, or holds null.
pub fn lower(store: *mut c::wasm_store_t, value: Ref<Object>, ty: Option<&FuncType>) -> Result<Value> {
    let reference = match (value, ty) {
        (Ref::Null, _) => std::ptr::null_mut(),
        // SAFETY: the object owns its reference; the copy is the slot's.
        (Ref::Func(object), _) if !object.reference.is_null() => unsafe { c::wasm_ref_copy(object.reference) },
        (Ref::Func(object), Some(ty)) => funcref::make(store, object, ty)?,
        (Ref::Func(_), None) => fail!(Invalid, "this reference cannot be passed to the engine"),
        (Ref::Host(number), _) => foreign(store, number)?,
    };
    Ok(Value { reference: reference as u64 })
}

/// The reverse: takes the reference out of the slot.
///
/// # Safety
/// The slot owns a reference of this type, or holds null.
pub unsafe fn lift(ty: ValType, slot: Value) -> Ref<Object> {
    let reference = slot.bits() as *mut c::wasm_ref_t;
    if reference.is_null() {
        return Ref::Null;
    }
    if ty == ValType::ExternRef {
        // SAFETY: the slot owns the reference, which `foreign` made or is a copy of one: all have a number.
        return Ref::Host(spend(slot, |reference| unsafe { c::wasm_ref_get_host_info(reference) }) as u64);
    }
    // SAFETY: the slot owns the reference, which is one to a function.
    Ref::Func(Object { raw: unsafe { funcref::to_extern(reference) }, reference })
}

/// A reference in a slot, for the time of `use_it`; freed afterwards.
pub fn spend<T>(slot: Value, use_it: impl FnOnce(*mut c::wasm_ref_t) -> T) -> T {
    let reference = slot.bits() as *mut c::wasm_ref_t;
    let result = use_it(reference);
    if !reference.is_null() {
        // SAFETY: a slot owns its reference, and is used up here.
        unsafe { c::wasm_ref_delete(reference) }
    }
    result
}

/// A reference to something of the host's, which knows it by this number; only where the capability `externref` is.
fn foreign(store: *mut c::wasm_store_t, number: u64) -> Result<*mut c::wasm_ref_t> {
    // SAFETY: the store lives. The reference is a copy, and outlives the object that it was copied from; its host
    // information is a number, which nobody takes for a pointer.
    unsafe {
        let foreign = c::wasm_foreign_new(store);
        if foreign.is_null() {
            fail!(Engine, "the engine could not make an external reference");
        }
        let reference = c::wasm_ref_copy(c::wasm_foreign_as_ref(foreign));
        c::wasm_foreign_delete(foreign);
        c::wasm_ref_set_host_info(reference, number as *mut std::ffi::c_void);
        Ok(reference)
    }
}
