//! Exception tags.

use crate::abi::{entry, pointer, types};
use crate::backend::{Active, Backend, TagOps};
use crate::base::capabilities;
use crate::base::error::{Result, fail};
use crate::base::types::{ExternType, FuncType};
use crate::store::Store;
use crate::store::object::{self, Extern};
use std::sync::Arc;

/// A tag for exceptions that carry values of these types. The caller deletes the extern.
///
/// # Safety
/// See the module's rules; `params` and `results` are codes of value types.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_tag_new(
    store: *const Store,
    params: *const u8,
    params_len: usize,
    results: *const u8,
    results_len: usize,
) -> *mut Extern {
    entry(|| {
        // SAFETY: the module's rules.
        let (store, ty) = unsafe {
            let params = types::val_types(pointer::slice(params, params_len, "the parameter types")?)?;
            let results = types::val_types(pointer::slice(results, results_len, "the result types")?)?;
            (pointer::share(store, "the store")?, FuncType { params, results })
        };
        let has = store.engine.capabilities;
        has.require(capabilities::TAGS, Active::NAME, "an exception tag")?;
        object::require(has, ty.all(), format_args!("an exception tag {ty}"))?;
        if !ty.results.is_empty() {
            fail!(Invalid, "Cannot create an exception type from a tag type with results in the signature");
        }
        if ty.params.len() > 1000 {
            fail!(Invalid, "an exception cannot carry more than 1000 values");
        }
        let entered = store.enter()?;
        let raw = Active::tag_new(entered.raw, &ty)?;
        Ok(pointer::give(Extern::new(&store, &entered, raw, Some(ExternType::Tag(ty)))))
    })
}

/// Writes whether both are the same tag.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_tag_same(one: *const Extern, other: *const Extern, out: *mut bool) -> bool {
    entry(|| {
        // SAFETY: the module's rules.
        let (one, other) = unsafe {
            pointer::borrow(out, "the place for the answer")?;
            (tag(one)?, tag(other)?)
        };
        let same = Arc::ptr_eq(&one.store, &other.store) && {
            one.store.engine.capabilities.require(capabilities::TAGS, Active::NAME, "comparing tags")?;
            Active::tag_same(one.store.enter()?.raw, one.raw, other.raw)
        };
        // SAFETY: the place is not NULL.
        unsafe { *out = same };
        Ok(true)
    })
}

unsafe fn tag<'a>(tag: *const Extern) -> Result<&'a Extern> {
    // SAFETY: the module's rules.
    let object = unsafe { pointer::borrow(tag, "the tag") }?;
    match &object.ty {
        Some(ExternType::Tag(_)) => Ok(object),
        _ => Err(object::wrong_kind("tag", object)),
    }
}
