//! References in value slots. A slot holds the address of a `wasm_ref_t` and owns this object. The null reference is a
//! slot with 0.

use crate::backend::standard::{Extern, Standard, border, funcref};
use crate::backend::{Ref, RefOps};
use crate::base::error::{Result, fail};
use crate::base::types::{FuncType, ValType};
use crate::base::value::Value;
use std::ffi::c_void;
use std::ptr;
use wasm_c_api as c;

impl RefOps for Standard {
    fn reference_to(store: Self::Store, func: Extern, ty: Option<&FuncType>) -> Result<Option<Extern>> {
        match ty {
            Some(ty) if func.reference.is_null() => {
                Ok(Some(Extern { reference: funcref::make(store, func, ty)?, ..Extern::owning(ptr::null_mut()) }))
            }
            _ => Ok(None),
        }
    }

    fn ref_lower(store: Self::Store, value: Ref<Extern>) -> Result<Value> {
        let reference = match value {
            Ref::Null => ptr::null_mut(),
            // SAFETY: the extern is alive and owns its reference. The slot owns the copy.
            Ref::Func(object) if !object.reference.is_null() => unsafe { c::wasm_ref_copy(object.reference) },
            Ref::Func(_) => fail!(Invalid, "this reference cannot be passed to the engine"),
            Ref::Host(number) if border::has_numbers_as_refs() => return border::check_number(number),
            Ref::Host(number) => external_ref(store.raw, number)?,
        };
        Ok(Value { reference: reference as u64 })
    }

    unsafe fn ref_lift(store: Self::Store, ty: ValType, slot: Value) -> Ref<Extern> {
        let reference = slot.bits() as *mut c::wasm_ref_t;
        if reference.is_null() {
            return Ref::Null;
        }
        if border::converts(ty) {
            return Ref::Host(slot.bits());
        }
        if ty == ValType::ExternRef {
            // SAFETY: the caller guarantees that the slot owns an external reference. Every external reference is a
            // copy of a reference from `external_ref`, so every external reference has a number.
            return Ref::Host(consume(slot, |reference| unsafe { c::wasm_ref_get_host_info(reference) }) as u64);
        }
        // SAFETY: the caller guarantees that the slot owns a reference to a function and that the store is alive.
        Ref::Func(Extern { reference, ..Extern::owning(unsafe { funcref::to_extern(store, reference) }) })
    }
}

/// Runs `work` with the reference in the slot, then frees the reference.
pub fn consume<T>(slot: Value, work: impl FnOnce(*mut c::wasm_ref_t) -> T) -> T {
    let reference = slot.bits() as *mut c::wasm_ref_t;
    let result = work(reference);
    if !reference.is_null() {
        // SAFETY: the slot owns the reference. No caller uses the slot again after this call.
        unsafe { c::wasm_ref_delete(reference) }
    }
    result
}

/// Creates an external reference to the host object that the host identifies by `number`. Requires the capability
/// `externref`.
fn external_ref(store: *mut c::wasm_store_t, number: u64) -> Result<*mut c::wasm_ref_t> {
    // SAFETY: the store lives. The reference is a copy, and stays valid after the original object is deleted. The host
    // information of the reference is a number, and no code dereferences the number.
    unsafe {
        let foreign = c::wasm_foreign_new(store);
        if foreign.is_null() {
            fail!(Engine, "the engine could not make an external reference");
        }
        let reference = c::wasm_ref_copy(c::wasm_foreign_as_ref(foreign));
        c::wasm_foreign_delete(foreign);
        c::wasm_ref_set_host_info(reference, number as *mut c_void);
        Ok(reference)
    }
}
