//! All pointer traffic of the C layer: what comes in is checked for NULL, what goes out is owned by the caller.

use crate::base::error::{Result, fail};
use std::sync::Arc;

/// An object that the caller goes on owning; NULL is an error that names it.
///
/// # Safety
/// The pointer is NULL or points to a living `T`, which outlives the borrow.
pub unsafe fn borrow<'a, T>(pointer: *const T, what: &str) -> Result<&'a T> {
    // SAFETY: the caller's promise.
    match unsafe { pointer.as_ref() } {
        Some(object) => Ok(object),
        None => fail!(Invalid, "{what} is NULL"),
    }
}

/// A new owner of a shared object that the caller goes on owning too.
///
/// # Safety
/// The pointer is NULL or came from [`give_shared`], and is not deleted meanwhile.
pub unsafe fn share<T>(pointer: *const T, what: &str) -> Result<Arc<T>> {
    // SAFETY: the caller's promise; the count goes up before the pointer becomes an owner.
    unsafe {
        borrow(pointer, what)?;
        Arc::increment_strong_count(pointer);
        Ok(Arc::from_raw(pointer))
    }
}

/// Gives an object to the caller.
pub fn give<T>(object: T) -> *mut T {
    Box::into_raw(Box::new(object))
}

/// Gives the caller a share of an object.
pub fn give_shared<T>(object: Arc<T>) -> *const T {
    Arc::into_raw(object)
}

/// Takes back what [`give`] gave; NULL is nothing.
///
/// # Safety
/// The pointer is NULL or came from [`give`], and is not used again.
pub unsafe fn take<T>(pointer: *mut T) {
    if !pointer.is_null() {
        // SAFETY: the caller's promise.
        drop(unsafe { Box::from_raw(pointer) });
    }
}

/// Takes back what [`give_shared`] gave; NULL is nothing.
///
/// # Safety
/// The pointer is NULL or came from [`give_shared`], and is not used again.
pub unsafe fn take_shared<T>(pointer: *const T) {
    if !pointer.is_null() {
        // SAFETY: the caller's promise.
        drop(unsafe { Arc::from_raw(pointer) });
    }
}

/// `len` objects that the caller goes on owning; NULL among them is an error.
///
/// # Safety
/// The pointer points to `len` pointers as for [`borrow`], which outlive the borrow themselves, or `len` is 0.
pub unsafe fn borrow_all<'a, T>(pointers: *const *const T, len: usize, what: &str) -> Result<&'a [&'a T]> {
    // SAFETY: the caller's promise.
    let pointers = unsafe { slice(pointers, len, what) }?;
    if pointers.iter().any(|pointer| pointer.is_null()) {
        fail!(Invalid, "NULL is among {what}");
    }
    // SAFETY: a reference is a pointer that is not NULL and points to a living object.
    Ok(unsafe { std::slice::from_raw_parts(pointers.as_ptr().cast(), len) })
}

/// `len` objects; NULL is allowed for none.
///
/// # Safety
/// The pointer points to `len` initialized objects that outlive the borrow, or `len` is 0.
pub unsafe fn slice<'a, T>(pointer: *const T, len: usize, what: &str) -> Result<&'a [T]> {
    if len == 0 {
        return Ok(&[]);
    }
    if pointer.is_null() {
        fail!(Invalid, "{what} is NULL, with a length of {len}");
    }
    // SAFETY: the caller's promise.
    Ok(unsafe { std::slice::from_raw_parts(pointer, len) })
}
