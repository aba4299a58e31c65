//! Lifting and lowering of references in slots, which hold the arguments and results of calls: lifting turns a
//! reference of the engine into a reference of the C layer, and lowering does the reverse.
//!
//! In the C layer, a null reference is 0. Any other `funcref` is a pointer to an `aw_extern`. Any other `externref` is
//! a host number: a number that the host chooses to identify one of its objects. The backend defines the form of
//! lowered references.

use crate::backend::{Backend, FuncOps, InstanceOps, LinkedBackend, Ref, RefOps, StoreOps};
use crate::base::error::{Result, fail};
use crate::base::types::{ExternType, FuncType, ValType};
use crate::base::value::Value;
use crate::store::object::Extern;
use crate::store::{Entered, Store};
use std::sync::Arc;

/// Lifts a reference: returns the reference of the C layer for a reference that the engine has passed. A function
/// reference becomes a pointer to a new `Extern`, which the receiver of the slot owns.
///
/// # Safety
/// The engine stored a reference of type `ty` in the slot `value`. The caller does not use the slot's lowered reference
/// again.
pub unsafe fn lift(store: &Arc<Store>, entered: &Entered<'_>, ty: ValType, value: Value) -> Value {
    // SAFETY: the caller guarantees that the slot holds a lowered reference of this type, and does not use the lowered
    // reference again.
    let reference = match unsafe { LinkedBackend::ref_lift(entered.raw, ty, value) } {
        Ref::Null => 0,
        Ref::Host(number) => number,
        Ref::Func(raw) => {
            let has_known_type = LinkedBackend::REPORTS_ALL_FUNC_TYPES || !entered.has_unusual_funcs();
            // SAFETY: `func_type` requires a function whose type the engine can report. Some engines can
            // report every type. On any other engine, no function in this store has an unusual type
            // (`has_unusual_funcs`).
            let ty = has_known_type.then(|| unsafe { LinkedBackend::func_type(entered.raw, &raw) }).flatten();
            Box::into_raw(Box::new(Extern::new(store, entered, raw, ty.map(ExternType::Func)))) as u64
        }
    };
    Value { reference }
}

/// Lowers a reference: returns the engine's reference for a reference of the C layer. The `Extern` of a function
/// reference stays with its owner, the code that deletes it. Fails if a host function of this thread is suspended,
/// because the engine may collect garbage first, and then looks at all running guests of the thread.
///
/// # Safety
/// The slot `value` holds 0, a host number (if `ty` is `externref`), or a pointer to a live `Extern` (if `ty` is
/// another type).
pub unsafe fn lower(store: &Arc<Store>, entered: &Entered<'_>, ty: ValType, value: Value) -> Result<Value> {
    entered.check_nesting()?;
    // SAFETY: the caller guarantees what `lower_one` requires of the slot.
    unsafe { lower_one(store, entered, ty, value) }
}

/// Does what [`lower`] does, without the check for suspended host functions.
///
/// # Safety
/// As for [`lower`].
unsafe fn lower_one(store: &Arc<Store>, entered: &Entered<'_>, ty: ValType, value: Value) -> Result<Value> {
    let bits = value.bits();
    if bits == 0 {
        return LinkedBackend::ref_lower(entered.raw, Ref::Null);
    }
    if ty == ValType::ExternRef {
        return LinkedBackend::ref_lower(entered.raw, Ref::Host(bits));
    }
    // SAFETY: the caller guarantees that a function reference other than 0 is a pointer to a live `Extern`.
    let object = unsafe { &*(bits as *const Extern) };
    if !Arc::ptr_eq(store, &object.store) {
        fail!(Store, "the function reference belongs to another store");
    }
    let signature: Option<&FuncType> = match &object.ty {
        Some(ExternType::Func(ty)) => Some(ty),
        None => None,
        Some(_) => fail!(Invalid, "only a function can be a function reference"),
    };
    let func = entered.reference_to(object, signature)?;
    LinkedBackend::ref_lower(entered.raw, Ref::Func(func))
}

/// Lowers all references among these slots, that is, replaces references of the C layer by references of the engine. If
/// a reference cannot be lowered, frees the references that were already lowered and fails. No host function of this
/// thread is suspended.
///
/// # Safety
/// Every slot of a reference type holds 0, a host number (`externref`), or a pointer to a live `Extern` (other types).
pub unsafe fn lower_all(
    store: &Arc<Store>,
    entered: &Entered<'_>,
    types: &[ValType],
    slots: &mut [Value],
) -> Result<()> {
    for (index, ty) in types.iter().enumerate().filter(|(_, ty)| ty.is_ref()) {
        // SAFETY: the caller guarantees that this slot holds 0, a host number, or a pointer to a live `Extern`, as its
        // type requires.
        match unsafe { lower_one(store, entered, *ty, slots[index]) } {
            Ok(value) => slots[index] = value,
            Err(error) => {
                // SAFETY: the slots before `index` hold references that this loop has lowered. Nobody has used these
                // references.
                unsafe { discard_all(entered, &types[..index], &slots[..index]) };
                // The remaining host numbers do not reach a guest either, so the host can release their objects.
                let remaining_externrefs =
                    types[index..].iter().zip(&slots[index..]).filter(|(ty, _)| **ty == ValType::ExternRef);
                remaining_externrefs.for_each(|(_, slot)| LinkedBackend::release_host_number(entered.raw, slot.bits()));
                return Err(error);
            }
        }
    }
    Ok(())
}

/// Frees the function references in these slots, which hold references of the engine (lowered references).
///
/// # Safety
/// The slots hold lowered values of these types. Nobody has used or freed the references in the slots, and the caller
/// does not use these references again.
pub unsafe fn discard_all(entered: &Entered<'_>, types: &[ValType], slots: &[Value]) {
    for (ty, slot) in types.iter().zip(slots).filter(|(ty, _)| ty.is_ref()) {
        // SAFETY: the caller guarantees that the slot holds a lowered reference of this type, and does not use the
        // lowered reference again.
        if let Ref::Func(raw) = unsafe { LinkedBackend::ref_lift(entered.raw, *ty, *slot) } {
            LinkedBackend::extern_drop(raw);
        }
    }
}
