//! Globals.

use crate::abi::types::CExternType;
use crate::abi::{entry, pointer, reference};
use crate::backend::{Active, GlobalOps};
use crate::base::error::{Result, fail};
use crate::base::types::{ExternType, GlobalType};
use crate::base::value::Value;
use crate::store::object::{self, Extern};
use crate::store::{Entered, Store};
use std::sync::Arc;

/// A global of this type and value. The caller deletes the extern; a reference in `value` stays the caller's.
///
/// # Safety
/// See the module's rules; `value` points to a value of the global's type.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_global_new(
    store: *const Store,
    ty: *const CExternType,
    value: *const Value,
) -> *mut Extern {
    entry(|| {
        // SAFETY: the module's rules.
        let (store, ty, value) = unsafe {
            let ty = pointer::borrow(ty, "the type")?.global()?;
            (pointer::share(store, "the store")?, ty, pointer::borrow(value, "the value")?)
        };
        object::require(store.engine.capabilities, [ty.content], "a global")?;
        let entered = store.enter()?;
        // SAFETY: the caller's promise.
        let value = unsafe { lower(&store, &entered, &ty, *value) }?;
        let raw = Active::global_new(entered.raw, &ty, value)?;
        Ok(pointer::give(Extern::new(&store, &entered, raw, Some(ExternType::Global(ty)))))
    })
}

unsafe fn global<'a>(global: *const Extern) -> Result<(&'a Extern, &'a GlobalType)> {
    // SAFETY: the module's rules.
    let object = unsafe { pointer::borrow(global, "the global") }?;
    match &object.ty {
        Some(ExternType::Global(ty)) => Ok((object, ty)),
        _ => Err(object::wrong_kind("global", object)),
    }
}

unsafe fn lower(store: &Arc<Store>, entered: &Entered<'_>, ty: &GlobalType, value: Value) -> Result<Value> {
    // SAFETY: the caller's promise.
    if ty.content.is_ref() { unsafe { reference::lower(store, entered, ty.content, value) } } else { Ok(value) }
}

/// Writes the value. A function that comes out is the caller's to delete.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_global_get(global_: *const Extern, out: *mut Value) -> bool {
    entry(|| {
        // SAFETY: the module's rules.
        let (object, ty) = unsafe {
            pointer::borrow(out, "the place for the value")?;
            global(global_)?
        };
        object::require(object.store.engine.capabilities, [ty.content], "reading a global")?;
        let entered = object.store.enter()?;
        let value = Active::global_get(entered.raw, object.raw, ty)?;
        let is_ref = ty.content.is_ref();
        // SAFETY: the value is of the global's type and read once; the place is not NULL.
        unsafe { *out = if is_ref { reference::lift(&object.store, &entered, ty.content, value) } else { value } };
        Ok(true)
    })
}

/// Sets the value of a mutable global. A reference stays the caller's.
///
/// # Safety
/// See the module's rules; `value` points to a value of the global's type.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_global_set(global_: *const Extern, value: *const Value) -> bool {
    entry(|| {
        // SAFETY: the module's rules.
        let ((object, ty), value) = unsafe { (global(global_)?, pointer::borrow(value, "the value")?) };
        if !ty.mutable {
            fail!(Invalid, "the global is not mutable");
        }
        object::require(object.store.engine.capabilities, [ty.content], "setting a global")?;
        let entered = object.store.enter()?;
        // SAFETY: the caller's promise.
        let value = unsafe { lower(&object.store, &entered, ty, *value) }?;
        Active::global_set(entered.raw, object.raw, ty, value)?;
        Ok(true)
    })
}
