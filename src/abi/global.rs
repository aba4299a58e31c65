//! Globals.

use crate::abi::store::CStore;
use crate::abi::types::CExternType;
use crate::abi::{entry, give, reference};
use crate::backend::{GlobalOps, LinkedBackend};
use crate::base::error::{Result, fail};
use crate::base::pointer::non_null;
use crate::base::types::{ExternType, GlobalType};
use crate::base::value::Value;
use crate::store::object::{self, Extern};
use crate::store::{Entered, Store};
use std::mem::MaybeUninit;
use std::sync::Arc;

/// Returns a new global of this type and value. The caller keeps a reference in `value`. The caller deletes the extern.
///
/// # Safety
/// The caller guarantees that `value` holds a value of the global's type. A reference is 0 for null, or else for
/// `funcref` a pointer to a live extern, and for `externref` any number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_global_new(
    store: Option<&CStore>,
    ty: Option<&CExternType>,
    value: Option<&Value>,
) -> Option<Box<Extern>> {
    entry(|| {
        let (ty, store) = (non_null(ty, "the type")?.global()?, &non_null(store, "the store")?.0);
        let value = non_null(value, "the value")?;
        object::require(store.engine.capabilities, [ty.content], "a global")?;
        let entered = store.enter()?;
        // SAFETY: the caller guarantees that `value` holds a value of the global's type.
        let value = unsafe { lower(store, &entered, &ty, *value) }?;
        let raw = LinkedBackend::global_new(entered.raw, &ty, value)?;
        give(Extern::new(store, &entered, raw, Some(ExternType::Global(ty))))
    })
}

/// Returns the extern with its type. Fails if the extern is NULL or not a global.
fn as_global(object: Option<&Extern>) -> Result<(&Extern, &GlobalType)> {
    let object = non_null(object, "the global")?;
    match &object.ty {
        Some(ExternType::Global(ty)) => Ok((object, ty)),
        _ => Err(object::wrong_kind("global", object)),
    }
}

/// Returns the engine's form of a global's value.
///
/// # Safety
/// `value` holds a value of the global's type. A `funcref` that is not 0 points to a live extern.
unsafe fn lower(store: &Arc<Store>, entered: &Entered<'_>, ty: &GlobalType, value: Value) -> Result<Value> {
    if !ty.content.is_ref() {
        return Ok(value);
    }
    // SAFETY: the caller guarantees that `value` holds a reference of this type, and that a `funcref` is 0 or points to
    // a live extern.
    unsafe { reference::lower(store, entered, ty.content, value) }
}

/// Writes the value to `out`. The caller deletes a function that it gets.
#[unsafe(no_mangle)]
pub extern "C" fn aw_global_get(global: Option<&Extern>, out: Option<&mut MaybeUninit<Value>>) -> bool {
    entry(|| {
        let (out, (global, ty)) = (non_null(out, "the place for the value")?, as_global(global)?);
        object::require(global.store.engine.capabilities, [ty.content], "reading a global")?;
        let entered = global.store.enter()?;
        let mut value = LinkedBackend::global_get(entered.raw, global.raw, ty)?;
        if ty.content.is_ref() {
            // SAFETY: the engine has just put a reference of the global's type into `value`, which is lifted only once.
            value = unsafe { reference::lift(&global.store, &entered, ty.content, value) };
        }
        out.write(value);
        Ok(true)
    })
}

/// Sets the value of a mutable global. The caller keeps a reference in `value`.
///
/// # Safety
/// The caller guarantees that `value` holds a value of the global's type. A reference is 0 for null, or else for
/// `funcref` a pointer to a live extern, and for `externref` any number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_global_set(global: Option<&Extern>, value: Option<&Value>) -> bool {
    entry(|| {
        let ((global, ty), value) = (as_global(global)?, non_null(value, "the value")?);
        if !ty.mutable {
            fail!(Invalid, "the global is not mutable");
        }
        object::require(global.store.engine.capabilities, [ty.content], "setting a global")?;
        let entered = global.store.enter()?;
        // SAFETY: the caller guarantees that `value` holds a value of the global's type.
        let value = unsafe { lower(&global.store, &entered, ty, *value) }?;
        LinkedBackend::global_set(entered.raw, global.raw, ty, value)?;
        Ok(true)
    })
}
