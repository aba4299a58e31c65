//! Helpers for pointers that C passes: the check for NULL, the conversion of arrays, the access to slots (which hold
//! arguments and results), and the marker for types whose objects C owns.

use crate::base::error::{Result, fail};
use crate::base::value::Value;

/// A type whose objects C owns through a pointer.
///
/// The C layer returns such an object to C as a `Box`, and a delete function receives the same `Box` from C. Code that
/// returns or deletes a `Box` of a type without this marker does not compile. Rust shares some objects through an
/// `Arc`. For these objects, the marked type is a struct that contains the `Arc`, such as `CStore`. C owns the box of
/// the struct, and Rust code may hold more clones of the `Arc`.
pub trait Handle {}

/// Returns the argument. Fails if the argument is NULL. `name` is what the error message calls the argument.
pub fn non_null<T>(argument: Option<T>, name: &str) -> Result<T> {
    match argument {
        Some(argument) => Ok(argument),
        None => fail!(Invalid, "{name} is NULL"),
    }
}

/// Returns the array of `len` elements at the address `pointer`, which C passed. Returns an empty array if `len` is 0.
/// Fails if `pointer` is NULL and `len` is not 0. `name` is what the error message calls the array.
///
/// # Safety
/// `pointer` is NULL or points to `len` initialized elements. Nobody changes or frees the elements during `'a`.
pub unsafe fn slice<'a, T>(pointer: *const T, len: usize, name: &str) -> Result<&'a [T]> {
    check_len(pointer, len, name)?;
    if len == 0 {
        return Ok(&[]);
    }
    // SAFETY: `len` is not 0, so `check_len` has checked that `pointer` is not NULL. The caller guarantees that
    // `pointer` then points to `len` initialized elements, and that the elements stay unchanged during `'a`.
    Ok(unsafe { std::slice::from_raw_parts(pointer, len) })
}

/// Returns the `len` references in the array at the address `pointer`, which C passed. Fails if a reference is NULL, or
/// if `pointer` is NULL and `len` is not 0.
///
/// # Safety
/// `pointer` is NULL or points to `len` elements. Nobody changes or frees the elements during `'a`. Each element is
/// NULL or a pointer that is valid during `'a`.
pub unsafe fn references<'a, T>(pointer: *const Option<&'a T>, len: usize, name: &str) -> Result<Vec<&'a T>> {
    // SAFETY: the caller guarantees that `pointer` is NULL or points to `len` elements, and that the elements stay
    // unchanged during `'a`.
    let references = unsafe { slice(pointer, len, name) }?;
    match references.iter().copied().collect() {
        Some(references) => Ok(references),
        None => fail!(Invalid, "NULL is among {name}"),
    }
}

/// Fails if `pointer` is NULL and `len` is not 0. `name` is what the error message calls the array.
pub fn check_len<T>(pointer: *const T, len: usize, name: &str) -> Result<()> {
    if pointer.is_null() && len > 0 {
        fail!(Invalid, "{name} is NULL, with a length of {len}");
    }
    Ok(())
}

/// Returns the first 64 bits of a slot, the 16 bytes that hold one value.
#[inline]
pub fn first_64_bits(slot: &Value) -> u64 {
    // SAFETY: any 8 initialized bytes are a valid `u64`. The first 8 bytes of a slot are always initialized: the shim
    // creates slots by `Value::default` or with the field `reference`, and engines and C callers pass slots that are
    // completely initialized.
    unsafe { slot.reference }
}
