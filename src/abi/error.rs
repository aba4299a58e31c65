//! Errors, as the C layer hands them out.

use crate::abi::pointer;
use crate::abi::types::Str;
use crate::base::error::Error;
use std::cell::RefCell;

/// More are never waiting: an error that nobody takes is somebody's bug, and must not become a leak.
const MAX_WAITING: usize = 16;

thread_local! {
    /// Errors left on this thread and not yet taken, the newest last. More than one wait where a signal handler or a
    /// finalizer runs between a call and the taking of its error: each takes its own, which is the newest then.
    static WAITING: RefCell<Vec<Error>> = const { RefCell::new(Vec::new()) };
}

/// A frame of a trap.
#[repr(C)]
pub struct CFrame {
    /// Index in the module's function index space.
    pub func_index: u32,
    /// Bytes from the start of the function.
    pub func_offset: u64,
    /// Bytes from the start of the module.
    pub module_offset: u64,
    /// NULL where unknown.
    pub func_name: Str,
    /// NULL where unknown.
    pub module_name: Str,
}

/// An error. Its texts and frames live as long as it.
#[repr(C)]
pub struct CError {
    /// What kind of thing happened, 1 to 13: invalid, malformed, unsupported, link, trap, host, engine, closed,
    /// store, bounds, incompatible, panic, exit.
    pub kind: u32,
    /// A trap's code, a missing capability's bit, a missing import's position, an exit code; else -1.
    pub code: i32,
    /// What the host function that failed returned; else 0.
    pub token: u64,
    /// For people.
    pub message: Str,
    /// Innermost first.
    pub frames: *const CFrame,
    /// How many.
    pub frames_len: usize,
    owned: *mut Owned,
}

/// What the pointers of a [`CError`] point into.
struct Owned {
    error: Error,
    frames: Vec<CFrame>,
}

impl Drop for CError {
    fn drop(&mut self) {
        // SAFETY: made by `aw_error_take` with `give`; drop runs once.
        unsafe { pointer::take(self.owned) }
    }
}

/// Leaves an error for the caller of this thread to take.
pub fn leave(error: Error) {
    WAITING.with_borrow_mut(|waiting| {
        if waiting.len() == MAX_WAITING {
            waiting.remove(0);
        }
        waiting.push(error);
    });
}

/// The error of the last call that failed on this thread, or NULL. The caller deletes it.
#[unsafe(no_mangle)]
pub extern "C" fn aw_error_take() -> *mut CError {
    let Some(error) = WAITING.with_borrow_mut(Vec::pop) else { return std::ptr::null_mut() };
    let owned = pointer::give(Owned { error, frames: Vec::new() });
    // SAFETY: just made, and nobody else has it.
    let Owned { error, frames } = unsafe { &mut *owned };
    frames.extend(error.frames.iter().map(|frame| CFrame {
        func_index: frame.func_index,
        func_offset: frame.func_offset as u64,
        module_offset: frame.module_offset as u64,
        func_name: Str::of_option(frame.func_name.as_deref()),
        module_name: Str::of_option(frame.module_name.as_deref()),
    }));
    pointer::give(CError {
        kind: error.kind as u32,
        code: error.code,
        token: error.token,
        message: Str::of(error.message.as_bytes()),
        frames: frames.as_ptr(),
        frames_len: frames.len(),
        owned,
    })
}

/// Deletes an error; NULL is nothing.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_error_delete(error: *mut CError) {
    // SAFETY: the module's rules.
    unsafe { pointer::take(error) }
}
