//! The memory that C shares with Rust: the NULL rule, arrays, value slots, and the types whose objects C may free.

use crate::base::error::{Result, fail};
use crate::base::value::Value;

/// A type whose objects C owns through a pointer.
///
/// Rust gives C such an object as a `Box` and takes it back as one. Only these types have the marker, so that code
/// which gives C a pointer to anything else, or frees anything else for C, does not compile. An object that Rust shares
/// (`Arc`) has a marked type of its own that holds the `Arc`: C owns the box around it, never the `Arc` itself.
pub trait Handle {}

/// Returns the argument. Fails if the argument is NULL. `name` names the argument in the error.
pub fn non_null<T>(argument: Option<T>, name: &str) -> Result<T> {
    match argument {
        Some(argument) => Ok(argument),
        None => fail!(Invalid, "{name} is NULL"),
    }
}

/// Returns an array of `len` elements that C passed by its address. NULL is an empty array if `len` is 0, or else an
/// error. `name` names the array in the error.
///
/// # Safety
/// `pointer` is NULL or points to `len` initialized elements, which nobody changes or frees during `'a`.
pub unsafe fn slice<'a, T>(pointer: *const T, len: usize, name: &str) -> Result<&'a [T]> {
    check_len(pointer, len, name)?;
    if len == 0 {
        return Ok(&[]);
    }
    // SAFETY: `pointer` is not NULL: `check_len` fails for NULL with a length other than 0. The caller guarantees that
    // it then points to `len` initialized elements, which stay unchanged during `'a`.
    Ok(unsafe { std::slice::from_raw_parts(pointer, len) })
}

/// Returns `len` references that C passed as an array. Fails if the array or one of the references is NULL.
///
/// # Safety
/// `pointer` is NULL or points to `len` elements, each NULL or valid during `'a`, which nobody changes or frees during
/// `'a`.
pub unsafe fn references<'a, T>(pointer: *const Option<&'a T>, len: usize, name: &str) -> Result<Vec<&'a T>> {
    // SAFETY: the caller guarantees that `pointer` is NULL or points to `len` elements that stay unchanged during `'a`.
    let references = unsafe { slice(pointer, len, name) }?;
    match references.iter().copied().collect() {
        Some(references) => Ok(references),
        None => fail!(Invalid, "NULL is among {name}"),
    }
}

/// Fails if an array is NULL although its length is not 0.
pub fn check_len<T>(pointer: *const T, len: usize, name: &str) -> Result<()> {
    if pointer.is_null() && len > 0 {
        fail!(Invalid, "{name} is NULL, with a length of {len}");
    }
    Ok(())
}

/// Returns the first 64 bits of a value slot.
pub fn first_word(slot: &Value) -> u64 {
    // SAFETY: any 8 bytes are a valid `u64`. The first 8 bytes of a slot are always initialized: the shim makes slots by
    // `Value::default` or with the field `reference`, and engines and C callers pass whole slots.
    unsafe { slot.reference }
}
