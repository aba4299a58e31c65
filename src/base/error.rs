//! The error type of the shim, the Rust crate between an engine and Python. An error has a kind and a message. Some
//! kinds of error have further details, such as a code.

use std::fmt;

/// Kind of an error. The C layer (`src/abi`) passes the number of the kind to its callers.
#[repr(u32)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ErrorKind {
    /// An argument has the wrong type, count or range.
    Invalid = 1,
    /// The bytes are not a valid module, or the text is not valid WebAssembly text.
    Malformed = 2,
    /// The engine lacks a capability. `code` is the bit number of the capability.
    Unsupported = 3,
    /// An import is missing or has the wrong type. `code` is the index of the import, or -1.
    Link = 4,
    /// WebAssembly trapped. `code` is the trap code, or -1 if the code is unknown.
    Trap = 5,
    /// A host function failed. `token` is the token that the function returned: a number by which the host finds its
    /// own error.
    Host = 6,
    /// The engine reported an error. The message is the engine's message.
    Engine = 7,
    /// The object's store is closed.
    Closed = 8,
    /// Objects of different stores were used together.
    Store = 9,
    /// An index or an address is out of range.
    Bounds = 10,
    /// The engine cannot load a serialized module: the bytes are damaged, or come from an engine, version or machine
    /// that does not match.
    Incompatible = 11,
    /// The shim has a bug: its Rust code panicked. The C layer caught the panic.
    Panic = 12,
    /// A WASI program called `proc_exit`. `code` is the exit code of the program.
    Exit = 13,
    /// There is not enough memory for an operation that needs much.
    Memory = 14,
}

/// A WebAssembly function on the call stack at the time of a trap.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Index of the function in the module's function index space.
    pub func_index: u32,
    /// Offset of the instruction from the start of the function, in bytes.
    pub func_offset: usize,
    /// Offset of the instruction from the start of the module, in bytes.
    pub module_offset: usize,
    /// Name of the function, from the engine or from the module's name section. `None` if the name is unknown.
    pub func_name: Option<String>,
    /// Name of the module, from the engine or from the module's name section. `None` if the name is unknown.
    pub module_name: Option<String>,
    /// Whether the module has debug information, in custom sections. False if the module is unknown.
    pub has_debug_info: bool,
}

/// An error of the shim. The C layer passes the error to its caller as `aw_error`.
#[derive(Clone, Debug)]
pub struct Error {
    /// Kind of the error.
    pub kind: ErrorKind,
    /// Number whose meaning depends on the kind (see [`ErrorKind`]). -1 for a kind without a code.
    pub code: i32,
    /// Token that the failed host function returned, for the kind [`ErrorKind::Host`]: a number by which the host finds
    /// its own error. 0 for all other kinds.
    pub token: u64,
    /// Message for users.
    pub message: String,
    /// Frames of a trap, innermost function first. For a module with an invalid function, one frame: the function, and
    /// the offset of the invalid instruction. Empty for all other errors.
    pub frames: Vec<Frame>,
    /// Names of the features that a module needs and that the engine object was created without. Empty for all other
    /// errors.
    pub disabled_features: String,
}

/// Result type of the shim's functions that can fail.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// Returns an error with this kind and message, without a code, a token or frames.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, code: -1, token: 0, message: message.into(), frames: Vec::new(), disabled_features: String::new() }
    }

    /// Sets the error's code. [`ErrorKind`] states what the code means for each kind.
    pub fn with_code(self, code: i32) -> Self {
        Self { code, ..self }
    }

    /// Returns the error for a host function that failed and returned `token`.
    pub fn host(token: u64) -> Self {
        Self { token, ..Self::new(ErrorKind::Host, "a host function failed") }
    }

    /// Returns the error that ends a WASI program with this exit code.
    pub fn exit(code: u32) -> Self {
        Self::new(ErrorKind::Exit, format!("Exited with i32 exit status {}", code.cast_signed()))
            .with_code(code.cast_signed())
    }

    /// Returns the error for the use of an object whose store is closed.
    pub fn closed() -> Self {
        Self::new(ErrorKind::Closed, "the store of this object is closed")
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// Returns from the enclosing function with an error of this kind: `fail!(Invalid, "message {}", argument)`.
macro_rules! fail {
    ($kind:ident, $($text:tt)+) => {
        return Err($crate::base::error::Error::new($crate::base::error::ErrorKind::$kind, format!($($text)+)))
    };
}
pub(crate) use fail;
