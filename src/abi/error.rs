//! Errors: C functions leave them, and the C caller takes them.

use crate::abi::types::Str;
use crate::abi::{delete, entry};
use crate::base::error::{Error, Frame};
use crate::base::pointer::Handle;
use std::cell::RefCell;

/// Maximum number of errors that wait on one thread. The oldest error is dropped beyond it, so that a caller with a
/// bug, which never takes its errors, does not use up memory.
const MAX_WAITING: usize = 16;

thread_local! {
    /// Errors of this thread that were left and not yet taken, the newest last. Several errors wait if a signal handler
    /// or a finalizer runs between a failed call and the taking of its error: a failed call in the handler leaves a
    /// second error. The handler takes the second error, because it is the newest. The interrupted code then takes its
    /// own error.
    static WAITING: RefCell<Vec<Error>> = const { RefCell::new(Vec::new()) };
}

/// A WebAssembly frame in the backtrace of a trap.
#[repr(C)]
pub struct CFrame {
    /// Index of the function in the module's function index space.
    pub func_index: u32,
    /// Offset of the instruction from the start of the function, in bytes.
    pub func_offset: u64,
    /// Offset of the instruction from the start of the module, in bytes.
    pub module_offset: u64,
    /// Name of the function; `data` is NULL if unknown.
    pub func_name: Str,
    /// Name of the module; `data` is NULL if unknown.
    pub module_name: Str,
}

/// An error. Its texts and frames are valid until the error is deleted.
#[repr(C)]
pub struct CError {
    /// Kind of the error, 1 to 13: invalid, malformed, unsupported, link, trap, host, engine, closed, store, bounds,
    /// incompatible, panic, exit.
    pub kind: u32,
    /// For a trap the trap code, for a missing capability its bit, for a wrong import its index, for an exit the exit
    /// code; else -1.
    pub code: i32,
    /// Token that the failed host function returned; else 0.
    pub token: u64,
    /// Message for people.
    pub message: Str,
    /// Frames of a trap, innermost first.
    pub frames: *const CFrame,
    /// Number of frames.
    pub frames_len: usize,
    /// Owner of the texts and frames.
    owned: Box<OwnedError>,
}

impl Handle for CError {}

/// Storage that the pointers of an error point to.
struct OwnedError {
    error: Error,
    _frames: Vec<CFrame>,
}

impl CFrame {
    /// Returns the C form of a frame, which points to the frame's names.
    fn of(frame: &Frame) -> Self {
        Self {
            func_index: frame.func_index,
            func_offset: frame.func_offset as u64,
            module_offset: frame.module_offset as u64,
            func_name: Str::of_option(frame.func_name.as_deref()),
            module_name: Str::of_option(frame.module_name.as_deref()),
        }
    }
}

impl CError {
    /// Returns the C form of an error. Moving the error and the frames into `owned` does not move the heap memory that
    /// the pointers point to.
    fn new(error: Error) -> Self {
        let frames: Vec<_> = error.frames.iter().map(CFrame::of).collect();
        Self {
            kind: error.kind as u32,
            code: error.code,
            token: error.token,
            message: Str::of(error.message.as_bytes()),
            frames: frames.as_ptr(),
            frames_len: frames.len(),
            owned: Box::new(OwnedError { error, _frames: frames }),
        }
    }

    /// Returns the message.
    pub fn message(&self) -> &str {
        &self.owned.error.message
    }
}

/// Leaves an error for the caller on this thread to take.
pub fn leave(error: Error) {
    WAITING.with_borrow_mut(|waiting| {
        if waiting.len() == MAX_WAITING {
            waiting.remove(0);
        }
        waiting.push(error);
    });
}

/// Returns the newest error that was left on this thread and not yet taken, or NULL. The caller deletes the error.
#[unsafe(no_mangle)]
pub extern "C" fn aw_error_take() -> Option<Box<CError>> {
    entry(|| Ok(WAITING.with_borrow_mut(Vec::pop).map(|error| Box::new(CError::new(error)))))
}

/// Deletes an error; NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn aw_error_delete(error: Option<Box<CError>>) {
    delete(error);
}
