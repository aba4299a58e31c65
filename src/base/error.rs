//! The error type of the shim: a kind, a message, and the details that some kinds have.

use std::fmt;

/// The kind of a failure. The numbers are part of the C layer.
#[repr(u32)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ErrorKind {
    /// An argument has the wrong type, count or range.
    Invalid = 1,
    /// The bytes are not a valid module, or the text is not valid WebAssembly text.
    Malformed = 2,
    /// The engine lacks a capability; `code` is its bit in the capability table.
    Unsupported = 3,
    /// An import is missing or has the wrong type; `code` is its position.
    Link = 4,
    /// WebAssembly trapped; `code` is the trap code, or -1.
    Trap = 5,
    /// A host function failed; `token` is the number that the function returned.
    Host = 6,
    /// The engine reported the error; the message is the engine's.
    Engine = 7,
    /// The store is closed, or cannot be closed while it is in use.
    Closed = 8,
    /// Objects of different stores were used together.
    Store = 9,
    /// An index or an address is out of range.
    Bounds = 10,
    /// The engine cannot load this serialized module.
    Incompatible = 11,
    /// A bug: the shim panicked, and the panic was caught before it reached C.
    Panic = 12,
    /// A WASI program ended by `proc_exit`; `code` is its exit code.
    Exit = 13,
}

/// A WebAssembly function on the call stack at the time of a trap.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Index in the module's function index space.
    pub func_index: u32,
    /// Bytes from the start of the function.
    pub func_offset: usize,
    /// Bytes from the start of the module.
    pub module_offset: usize,
    /// The function's name from the engine or from the module's name section; none where it is unknown.
    pub func_name: Option<String>,
    /// The module's name from the engine or from the module's name section; none where it is unknown.
    pub module_name: Option<String>,
}

/// An error, which the C layer hands to its caller.
#[derive(Clone, Debug)]
pub struct Error {
    /// The kind of the error.
    pub kind: ErrorKind,
    /// A number whose meaning depends on the kind (see [`ErrorKind`]); -1 where the kind has none.
    pub code: i32,
    /// The number that the failed host function returned; 0 for all other kinds.
    pub token: u64,
    /// Text for users.
    pub message: String,
    /// The call stack of a trap, innermost function first.
    pub frames: Vec<Frame>,
}

/// The result of a function that can fail.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// Creates an error with this kind and message.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, code: -1, token: 0, message: message.into(), frames: Vec::new() }
    }

    /// Sets the code.
    pub fn with_code(self, code: i32) -> Self {
        Self { code, ..self }
    }

    /// Creates the error for a host function that failed and returned `token`.
    pub fn host(token: u64) -> Self {
        Self { token, ..Self::new(ErrorKind::Host, "a host function failed") }
    }

    /// Creates the error that ends a WASI program with this exit code.
    pub fn exit(code: u32) -> Self {
        Self::new(ErrorKind::Exit, format!("Exited with i32 exit status {}", code.cast_signed()))
            .with_code(code.cast_signed())
    }

    /// Creates the error for the use of an object whose store is closed.
    pub fn closed() -> Self {
        Self::new(ErrorKind::Closed, "the store of this object is closed")
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// Returns from the function with an error: `fail!(Invalid, "message {}", argument)`.
macro_rules! fail {
    ($kind:ident, $($text:tt)+) => {
        return Err($crate::base::error::Error::new($crate::base::error::ErrorKind::$kind, format!($($text)+)))
    };
}
pub(crate) use fail;
