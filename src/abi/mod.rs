//! The stable C layer, declared in `anywasm.h`: one file for each kind of object.
//!
//! # Rules for every function
//! * A function that fails returns the failure value of its return type ([`ReturnType`]) and leaves an error on the
//!   calling thread, where [`error::aw_error_take`] returns it.
//! * NULL in place of an object, a result or a callback is such an error, unless the function documents what NULL
//!   means.
//! * A panic is such an error too: [`entry`] stops it.
//! * An object may be used from any thread, and objects may be deleted in any order.
//!
//! # What the C caller guarantees
//! The signatures are typed: `Option<&T>`, `Option<&mut T>`, `Option<Box<T>>` and an optional function pointer have the
//! ABI of a pointer that may be NULL, and NULL arrives as `None`. The caller guarantees for every pointer that is not
//! NULL:
//! * The pointer points to a live object of the declared type, which lives until the function returns. No other thread
//!   deletes the object meanwhile.
//! * Nobody else uses memory behind `Option<&mut T>` until the function returns.
//! * A pointer passed as `Option<Box<T>>` came from this layer. The function deletes the object, so that the caller
//!   does not use the pointer afterwards.
//!
//! A function with a condition that its types cannot state is `unsafe`, and states the condition under `# Safety`.

pub mod engine;
pub mod error;
pub mod externs;
pub mod func;
pub mod global;
pub mod instance;
pub mod interrupt;
pub mod limits;
pub mod memory;
pub mod memory_access;
pub mod module;
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

/// A return type of C functions.
pub trait ReturnType {
    /// The value that reports a failure.
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

/// Runs the body of a C function. Leaves an error on this thread if the body fails or panics.
pub fn entry<T: ReturnType>(body: impl FnOnce() -> Result<T>) -> T {
    let error = match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(value)) => return value,
        Ok(Err(error)) => error,
        Err(panic) => Error::new(ErrorKind::Panic, format!("a bug in anywasm: {}", panic_text(&*panic))),
    };
    error::leave(error);
    T::FAILURE
}

/// Gives C a new object, which C owns from now on.
pub fn give<T: Handle>(object: T) -> Result<Option<Box<T>>> {
    Ok(Some(Box::new(object)))
}

/// Deletes an object that C owns; NULL is allowed.
///
/// Only objects that C owns have the marker [`Handle`], so that a wrong deletion does not compile. C owns a `CStore`:
///
/// ```no_run
/// # use anywasm::abi;
/// fn delete(store: Option<Box<abi::store::CStore>>) {
///     abi::delete(store);
/// }
/// ```
///
/// C does not own the `Store` in it, which objects of the store share:
///
/// ```compile_fail,E0277
/// # use anywasm::abi;
/// fn delete(store: Option<Box<anywasm::store::Store>>) {
///     abi::delete(store);
/// }
/// ```
pub fn delete<T: Handle>(object: Option<Box<T>>) {
    entry(|| {
        drop(object);
        Ok(())
    });
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic without a message")
}
