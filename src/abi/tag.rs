//! Exception tags.

use crate::abi::store::CStore;
use crate::abi::{entry, give, types};
use crate::backend::{Active, Backend};
use crate::base::capabilities::{self, Capabilities};
use crate::base::error::{Result, fail};
use crate::base::pointer::non_null;
use crate::base::types::{ExternType, FuncType};
use crate::store::object::{self, Extern};
use std::mem::MaybeUninit;
use std::sync::Arc;

/// Returns a new tag for exceptions that carry values of the parameter types. The caller deletes the extern.
///
/// # Safety
/// The caller guarantees that `params` points to `params_len` codes of value types, and `results` to `results_len`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_tag_new(
    store: Option<&CStore>,
    params: *const u8,
    params_len: usize,
    results: *const u8,
    results_len: usize,
) -> Option<Box<Extern>> {
    entry(|| {
        // SAFETY: the caller guarantees that both arrays are as long as their lengths say; the call only reads them.
        let ty = unsafe { types::func_type(params, params_len, results, results_len) }?;
        let store = &non_null(store, "the store")?.0;
        require(store.engine.capabilities, &ty)?;
        let entered = store.enter()?;
        let raw = Active::tag_new(entered.raw, &ty)?;
        give(Extern::new(store, &entered, raw, Some(ExternType::Tag(ty))))
    })
}

/// Fails if the host cannot make a tag of this type with an engine that has these capabilities.
fn require(has: Capabilities, ty: &FuncType) -> Result<()> {
    has.require(capabilities::TAGS, Active::NAME, "an exception tag")?;
    object::require(has, ty.all(), format_args!("an exception tag {ty}"))?;
    if !ty.results.is_empty() {
        fail!(Invalid, "Cannot create an exception type from a tag type with results in the signature");
    }
    if ty.params.len() > 1000 {
        fail!(Invalid, "an exception cannot carry more than 1000 values");
    }
    Ok(())
}

/// Writes to `out` whether both externs are the same tag.
#[unsafe(no_mangle)]
pub extern "C" fn aw_tag_same(
    one: Option<&Extern>,
    other: Option<&Extern>,
    out: Option<&mut MaybeUninit<bool>>,
) -> bool {
    entry(|| {
        let out = non_null(out, "the place for the answer")?;
        let (one, other) = (non_null(one, "the tag")?, non_null(other, "the tag")?);
        check_kind(one)?;
        check_kind(other)?;
        let same = Arc::ptr_eq(&one.store, &other.store) && {
            one.store.engine.capabilities.require(capabilities::TAGS, Active::NAME, "comparing tags")?;
            Active::tag_same(one.store.enter()?.raw, one.raw, other.raw)
        };
        out.write(same);
        Ok(true)
    })
}

/// Fails if the extern is not a tag.
fn check_kind(object: &Extern) -> Result<()> {
    match &object.ty {
        Some(ExternType::Tag(_)) => Ok(()),
        _ => Err(object::wrong_kind("tag", object)),
    }
}
