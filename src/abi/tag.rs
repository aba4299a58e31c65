//! C functions for exception tags.

use crate::abi::store::CStore;
use crate::abi::{box_for_c, catch_errors, types};
use crate::backend::{Backend, LinkedBackend, TagOps};
use crate::base::capabilities;
use crate::base::error::{Result, fail};
use crate::base::pointer::non_null;
use crate::base::types::{ExternType, FuncType};
use crate::store::object::{self, Extern};
use std::mem::MaybeUninit;
use std::sync::Arc;

/// Returns a new tag. An exception with the tag contains one value of each parameter type. Fails if there are result
/// types. The caller deletes the extern.
///
/// # Safety
/// The caller guarantees that `params` points to `params_len` codes of value types, and that `results` points to
/// `results_len` codes of value types.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_tag_new(
    store: Option<&CStore>,
    params: *const u8,
    params_len: usize,
    results: *const u8,
    results_len: usize,
) -> Option<Box<Extern>> {
    catch_errors(|| {
        // SAFETY: the caller guarantees that `params` points to `params_len` bytes, and `results` to `results_len`
        // bytes. The call only reads the bytes.
        let ty = unsafe { types::func_type(params, params_len, results, results_len) }?;
        let store = &non_null(store, "the store")?.0;
        let capabilities = store.engine.capabilities;
        capabilities.require(capabilities::TAGS, LinkedBackend::NAME, "an exception tag")?;
        object::require(capabilities, ty.all_types(), format_args!("an exception tag {ty}"))?;
        if !ty.results.is_empty() {
            fail!(Invalid, "Cannot create an exception type from a tag type with results in the signature");
        }
        if ty.params.len() > FuncType::MAX_ARITY {
            fail!(Invalid, "an exception cannot carry more than {} values", FuncType::MAX_ARITY);
        }
        let entered = store.enter()?;
        let raw = LinkedBackend::tag_new(entered.raw, &ty)?;
        box_for_c(Extern::new(store, &entered, raw, Some(ExternType::Tag(ty))))
    })
}

/// Writes to `out` whether both externs are handles to the same tag. Tags of different stores are never the same.
#[unsafe(no_mangle)]
pub extern "C" fn aw_tag_same(
    one: Option<&Extern>,
    other: Option<&Extern>,
    out: Option<&mut MaybeUninit<bool>>,
) -> bool {
    catch_errors(|| {
        let out = non_null(out, "the place for the answer")?;
        let (one, other) = (non_null(one, "the tag")?, non_null(other, "the tag")?);
        let (ty, other_ty) = (tag_type(one)?, tag_type(other)?);
        let same = Arc::ptr_eq(&one.store, &other.store) && ty == other_ty && {
            one.store.engine.capabilities.require(capabilities::TAGS, LinkedBackend::NAME, "comparing tags")?;
            LinkedBackend::tag_same(one.store.enter()?.raw, ty, &one.raw, &other.raw)?
        };
        out.write(same);
        Ok(true)
    })
}

/// Returns the type of a tag. Fails if the extern is not a tag.
fn tag_type(object: &Extern) -> Result<&FuncType> {
    match &object.ty {
        Some(ExternType::Tag(ty)) => Ok(ty),
        _ => Err(object::wrong_kind("tag", object)),
    }
}
