//! Errors. A C function that fails stores a pending error on its thread. The C caller takes the pending error with
//! `aw_error_take`.

use crate::abi::types::Str;
use crate::abi::{catch_errors, delete};
use crate::base::error::{Error, Frame};
use crate::base::pointer::Handle;
use std::cell::RefCell;

/// Maximum number of pending errors on one thread. A further error replaces the oldest pending error, so that a faulty
/// caller that never takes its errors does not use up memory.
const MAX_PENDING: usize = 16;

thread_local! {
    /// Errors of this thread that the C caller has not taken yet, the newest last.
    ///
    /// Several errors are pending if a signal handler or a finalizer runs after a call has failed, but before the
    /// caller has taken the error. A failed call in the handler then adds a second error. The handler takes the second
    /// error, because that error is the newest. After the handler, the interrupted code takes the first error.
    static PENDING: RefCell<Vec<Error>> = const { RefCell::new(Vec::new()) };
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
    /// Name of the function. Its `data` is NULL if the name is unknown.
    pub func_name: Str,
    /// Name of the module. Its `data` is NULL if the name is unknown.
    pub module_name: Str,
    /// Whether the module has debug information, in custom sections. False if the module is unknown.
    pub has_debug_info: bool,
}

/// An error. Its texts and frames are valid until the error is deleted.
#[repr(C)]
pub struct CError {
    /// Kind of the error: 1 invalid, 2 malformed, 3 unsupported, 4 link, 5 trap, 6 host, 7 engine, 8 closed, 9 store,
    /// 10 bounds, 11 incompatible, 12 panic, 13 exit, 14 memory.
    pub kind: u32,
    /// Detail of the error, whose meaning depends on the kind: the trap code of a trap, the bit number of the missing
    /// capability (unsupported), the index of the wrong import (link), or the exit code (exit). -1 for all other kinds.
    pub code: i32,
    /// Token that the failed host function returned, if the kind is host: a number by which the host finds its own
    /// error. 0 for all other kinds.
    pub token: u64,
    /// Message for people.
    pub message: Str,
    /// Frames of a trap, innermost first. For a module with an invalid function, one frame: the function, and the offset
    /// of the invalid instruction.
    pub frames: *const CFrame,
    /// Number of frames.
    pub frames_len: usize,
    /// Names of the features that a module needs and that the engine was created without. Empty for all other errors.
    pub disabled_features: Str,
    /// Owns the memory that the texts and frames point to.
    owned: Box<OwnedError>,
}

impl Handle for CError {}

/// The Rust values that own the texts and frames of a `CError`.
struct OwnedError {
    error: Error,
    _frames: Vec<CFrame>,
}

impl CFrame {
    /// Returns the C struct for a frame. The struct points to the names in `frame`, so `frame` must outlive the struct.
    fn new(frame: &Frame) -> Self {
        Self {
            func_index: frame.func_index,
            func_offset: frame.func_offset as u64,
            module_offset: frame.module_offset as u64,
            func_name: Str::from_option(frame.func_name.as_deref()),
            module_name: Str::from_option(frame.module_name.as_deref()),
            has_debug_info: frame.has_debug_info,
        }
    }
}

impl CError {
    /// Returns the C struct for an error. The pointers stay valid when the error and the frames move into `owned`: only
    /// the `String` and `Vec` values move, not their heap memory.
    fn new(error: Error) -> Self {
        let frames: Vec<_> = error.frames.iter().map(CFrame::new).collect();
        Self {
            kind: error.kind as u32,
            code: error.code,
            token: error.token,
            message: Str::from_bytes(error.message.as_bytes()),
            frames: frames.as_ptr(),
            frames_len: frames.len(),
            disabled_features: Str::from_bytes(error.disabled_features.as_bytes()),
            owned: Box::new(OwnedError { error, _frames: frames }),
        }
    }

    /// Returns the error's message as a Rust string, for the shim's tests.
    pub fn message(&self) -> &str {
        &self.owned.error.message
    }
}

/// Stores an error on this thread as pending, until the C caller takes the error.
pub fn add_pending(error: Error) {
    PENDING.with_borrow_mut(|pending| {
        if pending.len() == MAX_PENDING {
            pending.remove(0);
        }
        pending.push(error);
    });
}

/// Returns the newest pending error of this thread, or NULL if no error is pending. The error is then no longer
/// pending. The caller deletes the error.
#[unsafe(no_mangle)]
pub extern "C" fn aw_error_take() -> Option<Box<CError>> {
    catch_errors(|| Ok(PENDING.with_borrow_mut(Vec::pop).map(|error| Box::new(CError::new(error)))))
}

/// Deletes an error. Has no effect if the pointer is NULL.
#[unsafe(no_mangle)]
pub extern "C" fn aw_error_delete(error: Option<Box<CError>>) {
    delete(error);
}
