//! The C layer: the stable C functions that `anywasm.h` declares. Each file has the functions for one kind of object.
//!
//! # Rules for every function
//! * A function that fails returns the failure value of its return type ([`ReturnType`]). The function also stores an
//!   error as pending on the calling thread. [`error::aw_error_take`] returns the pending error.
//! * A function fails if an argument for an object, a result or a callback is NULL, unless the function documents a
//!   meaning of NULL.
//! * A function also fails if its body panics: [`catch_errors`] turns the panic into an error.
//! * An object may be used from any thread, and objects may be deleted in any order.
//!
//! # What the C caller guarantees
//! The signatures use Rust types for pointers: `Option<&T>`, `Option<&mut T>`, `Option<Box<T>>` and an optional
//! function pointer have the ABI of a pointer that may be NULL. NULL becomes `None`. The caller guarantees for every
//! pointer that is not NULL:
//! * The pointer points to a live object of the declared type. Nobody deletes the object before the function returns.
//! * Nobody else uses the memory that an `Option<&mut T>` points to before the function returns.
//! * A function of this layer returned each pointer that is passed as `Option<Box<T>>`. The called function deletes the
//!   object, so the caller does not use the pointer again.
//!
//! Some conditions cannot be expressed by types. A function with such a condition is `unsafe`, and its documentation
//! states the condition under `# Safety`.

pub mod engine;
pub mod error;
pub mod externs;
pub mod faults;
pub mod func;
pub mod global;
pub mod instance;
pub mod interrupt;
pub mod limits;
pub mod memory;
pub mod memory_access;
pub mod module;
pub mod module_info;
pub mod nesting;
mod reference;
pub mod shared_memory;
pub mod store;
pub mod table;
pub mod tag;
pub mod target;
pub mod text;
pub mod types;
pub mod wasi;
pub mod wasi_stream;

use crate::abi::types::Str;
use crate::base::error::{Error, ErrorKind, Result};
use crate::base::pointer::Handle;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A return type of C functions, with the value that reports a failure.
pub trait ReturnType {
    /// Value that a C function returns if it fails.
    const FAILURE: Self;
}

impl ReturnType for () {
    const FAILURE: Self = ();
}
impl ReturnType for bool {
    const FAILURE: Self = false;
}
impl ReturnType for u8 {
    const FAILURE: Self = memory_access::AW_FAILED;
}
impl ReturnType for u64 {
    const FAILURE: Self = u64::MAX;
}
impl ReturnType for Str {
    const FAILURE: Self = Self::NONE;
}
impl ReturnType for *mut u8 {
    const FAILURE: Self = std::ptr::null_mut();
}
impl<T> ReturnType for Option<&T> {
    const FAILURE: Self = None;
}
impl<T: Handle> ReturnType for Option<Box<T>> {
    const FAILURE: Self = None;
}

/// Runs the body of a C function and returns its result. If the body fails or panics, stores the error as pending on
/// this thread and returns the failure value.
pub fn catch_errors<T: ReturnType>(body: impl FnOnce() -> Result<T>) -> T {
    let error = match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(value)) => return value,
        Ok(Err(error)) => error,
        Err(panic) => Error::new(ErrorKind::Panic, format!("a bug in anywasm: {}", panic_text(&*panic))),
    };
    error::add_pending(error);
    T::FAILURE
}

/// Moves a new object into a box for C. The C caller owns the box, and deletes the object with the `aw_*_delete`
/// function of its type.
pub fn box_for_c<T: Handle>(object: T) -> Result<Option<Box<T>>> {
    Ok(Some(Box::new(object)))
}

/// Deletes an object that C owns. Has no effect if the pointer is NULL.
///
/// Only types whose objects C owns have the marker [`Handle`], so the deletion of any other object does not compile. C
/// owns a `CStore`:
///
/// ```no_run
/// # use anywasm::abi;
/// fn delete(store: Option<Box<abi::store::CStore>>) {
///     abi::delete(store);
/// }
/// ```
///
/// C does not own the `Store` in the `CStore`, because the objects of the store share the `Store`:
///
/// ```compile_fail,E0277
/// # use anywasm::abi;
/// fn delete(store: Option<Box<anywasm::store::Store>>) {
///     abi::delete(store);
/// }
/// ```
pub fn delete<T: Handle>(object: Option<Box<T>>) {
    catch_errors(|| {
        drop(object);
        Ok(())
    });
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic without a message")
}
