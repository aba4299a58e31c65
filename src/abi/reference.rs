//! References in value slots: conversion between the C layer's form and the engine's.
//!
//! In the C layer, a `funcref` slot holds a pointer to an `aw_extern` handle, an `externref` slot the host's number for
//! an object, and a null reference is 0. The engine's form is the backend's business.

use crate::backend::{Backend, FuncOps, InstanceOps, LinkedBackend, Ref, RefOps, StoreOps};
use crate::base::capabilities;
use crate::base::error::{Result, fail};
use crate::base::types::{ExternType, FuncType, ValType};
use crate::base::value::Value;
use crate::store::object::Extern;
use crate::store::{Entered, Store};
use std::sync::Arc;

/// Lifts a reference from the engine's form. A function becomes a new handle, which the receiver of the slot owns.
///
/// # Safety
/// The engine filled the slot with a reference of type `ty`, and the slot is not used again.
pub unsafe fn lift(store: &Arc<Store>, entered: &Entered<'_>, ty: ValType, value: Value) -> Value {
    // SAFETY: the caller guarantees that the slot holds a reference of this type, and does not use the slot again.
    let reference = match unsafe { LinkedBackend::ref_lift(entered.raw, ty, value) } {
        Ref::Null => 0,
        Ref::Host(number) => number,
        Ref::Func(raw) => {
            let knows_type = LinkedBackend::CAPABILITIES.has(capabilities::V128) || !entered.has_unusual_funcs();
            // SAFETY: an engine with the capability `v128` exchanges every type. On any other engine, no function in
            // this store has a type that the engine cannot exchange.
            let ty = knows_type.then(|| unsafe { LinkedBackend::func_type(entered.raw, raw) }).flatten();
            Box::into_raw(Box::new(Extern::new(store, entered, raw, ty.map(ExternType::Func)))) as u64
        }
    };
    Value { reference }
}

/// Lowers a reference to the engine's form. The slot's handle stays with its owner.
///
/// # Safety
/// The slot holds 0, a host number (for `externref`), or a pointer to a living handle (for other types).
pub unsafe fn lower(store: &Arc<Store>, entered: &Entered<'_>, ty: ValType, value: Value) -> Result<Value> {
    let number = value.bits();
    if number == 0 {
        return LinkedBackend::ref_lower(entered.raw, Ref::Null, None);
    }
    if ty == ValType::ExternRef {
        return LinkedBackend::ref_lower(entered.raw, Ref::Host(number), None);
    }
    // SAFETY: the caller guarantees that a function reference which is not null points to a living handle.
    let object = unsafe { &*(number as *const Extern) };
    if !Arc::ptr_eq(store, &object.store) {
        fail!(Store, "the function reference belongs to another store");
    }
    let signature: Option<&FuncType> = match &object.ty {
        Some(ExternType::Func(ty)) => Some(ty),
        None => None,
        Some(_) => fail!(Invalid, "only a function can be a function reference"),
    };
    LinkedBackend::ref_lower(entered.raw, Ref::Func(object.raw), signature)
}

/// Lowers the references among these slots, all or none.
///
/// # Safety
/// Every slot of a reference type fulfils the condition of [`lower`].
pub unsafe fn lower_all(
    store: &Arc<Store>,
    entered: &Entered<'_>,
    types: &[ValType],
    slots: &mut [Value],
) -> Result<()> {
    for (index, ty) in types.iter().enumerate().filter(|(_, ty)| ty.is_ref()) {
        // SAFETY: the caller guarantees the condition of `lower` for this slot.
        match unsafe { lower(store, entered, *ty, slots[index]) } {
            Ok(value) => slots[index] = value,
            Err(error) => {
                // SAFETY: the slots before this one hold references that were just lowered, and nobody has used them.
                unsafe { discard_all(entered, &types[..index], &slots[..index]) };
                // No guest receives the host objects in the remaining slots.
                let rest = types[index..].iter().zip(&slots[index..]).filter(|(ty, _)| **ty == ValType::ExternRef);
                rest.for_each(|(_, slot)| LinkedBackend::release_host_number(entered.raw, slot.bits()));
                return Err(error);
            }
        }
    }
    Ok(())
}

/// Frees the references in slots that hold the engine's form, and that nobody has used.
///
/// # Safety
/// The slots hold values of these types in the engine's form, and are not used again.
pub unsafe fn discard_all(entered: &Entered<'_>, types: &[ValType], slots: &[Value]) {
    for (ty, slot) in types.iter().zip(slots).filter(|(ty, _)| ty.is_ref()) {
        // SAFETY: the caller guarantees that the slot holds a reference of this type, and does not use the slot again.
        if let Ref::Func(raw) = unsafe { LinkedBackend::ref_lift(entered.raw, *ty, *slot) } {
            LinkedBackend::extern_drop(raw);
        }
    }
}
