//! The stable C layer, `anywasm.h`: one file an object.
//!
//! The rules, for every function: it fails by the failure value of its return type (NULL, false, or all bits set) and
//! leaves an error for [`error::aw_error_take`] on the same thread; NULL where an object is wanted is such an error; a
//! panic stops here and is one too. An object may be used from any thread, and deleted in any order.
//!
//! # Safety
//! What holds for all functions, and is not said again at each: a pointer is NULL or what the function's documentation
//! says, good until the call returns; an object is not deleted while another thread uses it, and not used after.

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
pub mod shared_memory;
pub mod store;
pub mod table;
pub mod tag;
pub mod target;
pub mod text;
pub mod types;
pub mod wasi;
mod wasi_stream;

mod pointer;
mod reference;

use crate::base::error::{Error, ErrorKind, Result};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What a function returns when it fails.
trait Failure {
    const FAILURE: Self;
}

impl<T> Failure for *mut T {
    const FAILURE: Self = std::ptr::null_mut();
}
impl<T> Failure for *const T {
    const FAILURE: Self = std::ptr::null();
}
impl Failure for bool {
    const FAILURE: Self = false;
}
impl Failure for u8 {
    const FAILURE: Self = 0;
}
impl Failure for u64 {
    const FAILURE: Self = u64::MAX;
}

/// Runs the body of a C function: an error is left for the caller to take, and a panic becomes one.
fn entry<T: Failure>(body: impl FnOnce() -> Result<T>) -> T {
    let error = match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(value)) => return value,
        Ok(Err(error)) => error,
        Err(panic) => Error::new(ErrorKind::Panic, format!("a bug in anywasm: {}", panic_text(&*panic))),
    };
    error::leave(error);
    T::FAILURE
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic without a message")
}
