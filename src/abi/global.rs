//! C functions for globals.

use crate::abi::store::CStore;
use crate::abi::types::CExternType;
use crate::abi::{box_for_c, catch_errors, reference};
use crate::backend::{GlobalOps, LinkedBackend};
use crate::base::error::{Result, fail};
use crate::base::pointer::non_null;
use crate::base::types::{ExternType, GlobalType};
use crate::base::value::Value;
use crate::store::object::{self, Extern};
use crate::store::{Entered, Store};
use std::mem::MaybeUninit;
use std::sync::Arc;

/// Returns a new global with this type and initial value. The caller still owns a function reference in `value`. The
/// caller deletes the extern.
///
/// # Safety
/// The caller guarantees that `value` holds a value of the global's type. A null reference is 0. Any other `funcref` is
/// a pointer to a live extern. Any other `externref` is a number that the host chooses.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_global_new(
    store: Option<&CStore>,
    ty: Option<&CExternType>,
    value: Option<&Value>,
) -> Option<Box<Extern>> {
    catch_errors(|| {
        let (ty, store) = (non_null(ty, "the type")?.global()?, &non_null(store, "the store")?.0);
        let value = non_null(value, "the value")?;
        object::require(store.engine.capabilities, [ty.content], "a global")?;
        let entered = store.enter()?;
        // SAFETY: the caller guarantees that `value` holds a value of the global's type, and that a `funcref` is 0 or
        // points to a live extern.
        let value = unsafe { lower(store, &entered, &ty, *value) }?;
        let raw = LinkedBackend::global_new(entered.raw, &ty, value)?;
        box_for_c(Extern::new(store, &entered, raw, Some(ExternType::Global(ty))))
    })
}

/// Returns the extern and its global type. Fails if the extern is NULL or not a global.
fn as_global(object: Option<&Extern>) -> Result<(&Extern, &GlobalType)> {
    let object = non_null(object, "the global")?;
    match &object.ty {
        Some(ExternType::Global(ty)) => Ok((object, ty)),
        _ => Err(object::wrong_kind("global", object)),
    }
}

/// Lowers a value for a global, that is, converts the value to the engine's form: a number stays unchanged, a reference
/// becomes the engine's reference.
///
/// # Safety
/// `value` holds a value of the global's type. If the value is a `funcref`, the slot is 0 or points to a live extern.
unsafe fn lower(store: &Arc<Store>, entered: &Entered<'_>, ty: &GlobalType, value: Value) -> Result<Value> {
    if !ty.content.is_ref() {
        return Ok(value);
    }
    // SAFETY: the caller guarantees that `value` holds a reference of this type, and that a `funcref` is 0 or points to
    // a live extern.
    unsafe { reference::lower(store, entered, ty.content, value) }
}

/// Writes the global's current value to `out`. The caller owns a function reference in `out`, and deletes the reference
/// with `aw_extern_delete`.
#[unsafe(no_mangle)]
pub extern "C" fn aw_global_get(global: Option<&Extern>, out: Option<&mut MaybeUninit<Value>>) -> bool {
    catch_errors(|| {
        let (out, (global, ty)) = (non_null(out, "the place for the value")?, as_global(global)?);
        object::require(global.store.engine.capabilities, [ty.content], "reading a global")?;
        let entered = global.store.enter()?;
        let mut value = LinkedBackend::global_get(entered.raw, &global.raw, ty)?;
        if ty.content.is_ref() {
            // SAFETY: the engine has just stored a reference of the global's type in `value`, and only this call lifts
            // the reference.
            value = unsafe { reference::lift(&global.store, &entered, ty.content, value) };
        }
        out.write(value);
        Ok(true)
    })
}

/// Sets the value of a mutable global. The caller still owns a function reference in `value`.
///
/// # Safety
/// The caller guarantees that `value` holds a value of the global's type. A null reference is 0. Any other `funcref` is
/// a pointer to a live extern. Any other `externref` is a number that the host chooses.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_global_set(global: Option<&Extern>, value: Option<&Value>) -> bool {
    catch_errors(|| {
        let ((global, ty), value) = (as_global(global)?, non_null(value, "the value")?);
        if !ty.mutable {
            fail!(Invalid, "the global is not mutable");
        }
        object::require(global.store.engine.capabilities, [ty.content], "setting a global")?;
        let entered = global.store.enter()?;
        // SAFETY: the caller guarantees that `value` holds a value of the global's type, and that a `funcref` is 0 or
        // points to a live extern.
        let value = unsafe { lower(&global.store, &entered, ty, *value) }?;
        LinkedBackend::global_set(entered.raw, &global.raw, ty, value)?;
        Ok(true)
    })
}
